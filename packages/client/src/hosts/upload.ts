/** Brings the agent's program to a host: compressed, checked by its hash, and whole or not there at all. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGzip } from 'node:zlib';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { RemoteShell } from './remote-shell.ts';

export interface AgentBinary {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Name of its directory on the host: version and hash, so that each build has its own. */
  readonly version: string;
}

export async function describeBinary(file: string, version: string): Promise<AgentBinary> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const sha256 = hash.digest('hex');
  return { file, sha256, bytes: (await stat(file)).size, version: `${version}-${sha256.slice(0, 12)}` };
}

/** Where versions lie, for the host's shell: the agent spells the same (layout.ts there). */
export function versionsDirectory(scope: 'user' | 'system'): string {
  return scope === 'user' ? '"$HOME/.local/lib/berth/versions"' : '/usr/local/lib/berth/versions';
}

/** $1: version, $2: sha256. Prints `have` where it is there, and as it should be. */
const look = (directory: string) => `
at=${directory}/"$1"/berthd
[ -x "$at" ] && [ "$(sha256sum <"$at" | cut -d' ' -f1)" = "$2" ] && echo have
true
`;

/**
 * $1: version, $2: sha256; standard input: the program, compressed. What an earlier try left
 * behind is cleared away; the name appears once the bytes are on disk and are the right ones.
 */
const receive = (directory: string) => `
set -e
umask 022
versions=${directory}
mkdir -p "$versions"
rm -rf "$versions"/.new-*
new="$versions/.new-$$"
mkdir "$new"
trap 'rm -rf "$new"' EXIT
gzip -dc >"$new/berthd"
[ "$(sha256sum <"$new/berthd" | cut -d' ' -f1)" = "$2" ] || { echo 'the program arrived damaged' >&2; exit 9; }
chmod 755 "$new/berthd"
sync "$new/berthd" 2>/dev/null || sync
rm -rf "\${versions:?}/$1"
mv "$new" "$versions/$1"
trap - EXIT
`;

/** Throws where it could not be brought. `progress` gets a share from 0 to 1. */
export async function upload(
  shell: RemoteShell,
  binary: AgentBinary,
  options: {
    scope: 'user' | 'system';
    sudo: boolean;
    progress: (share: number) => void;
    signal?: AbortSignal;
  },
): Promise<'there' | 'uploaded'> {
  const directory = versionsDirectory(options.scope);
  const args = [binary.version, binary.sha256];
  let have = false;
  const signal = options.signal ? { signal: options.signal } : {};
  const seen = await shell.feed(look(directory), {
    args,
    ...signal,
    onLine: (line) => {
      have ||= line === 'have';
    },
  });
  if (seen.code !== 0) throw failed(seen.stderr);
  if (have) return 'there';
  const script = receive(directory);
  const done = await shell.feed(options.sudo ? asRoot(script) : script, {
    args,
    input: compressed(binary, options.progress),
    ...signal,
  });
  if (done.code !== 0) throw failed(done.stderr);
  return 'uploaded';
}

/** The script with its arguments under sudo, which asks for no password. */
export function asRoot(script: string): string {
  return `exec sudo -n sh -c '${script.replaceAll("'", "'\\''")}' sh "$@"\n`;
}

async function* compressed(binary: AgentBinary, progress: (share: number) => void) {
  let read = 0;
  const source = createReadStream(binary.file, { highWaterMark: 256 * 1024 });
  source.on('data', (chunk) => {
    read += chunk.length;
    progress(read / binary.bytes);
  });
  // Fast rather than small: most lines to hosts carry more than a stronger compression makes.
  yield* source.pipe(createGzip({ level: 1 }));
}

function failed(stderr: string): BerthError {
  const said = stderr.trim().split('\n').at(-1) || 'the connection broke';
  return new BerthError('HOST_UNREACHABLE', `the agent could not be brought to the host: ${said}`, {
    hint: 'run the command again: what is there already is kept',
  });
}
