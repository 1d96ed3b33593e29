/** Brings the agent's program to a host: compressed, checked by its hash, and whole or not there at all. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { PackedPrograms, Program } from './packed-programs.ts';
import type { RemoteShell } from './remote-shell.ts';

export interface AgentBinary extends Program {
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

/** Exit code of `receive` for bytes that are not the program. */
const DAMAGED = 9;

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
gzip -dc >"$new/berthd" || exit ${DAMAGED}
[ "$(sha256sum <"$new/berthd" | cut -d' ' -f1)" = "$2" ] || { echo 'the program arrived damaged' >&2; exit ${DAMAGED}; }
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
    packed: PackedPrograms;
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
  const bring = () =>
    shell.feed(options.sudo ? asRoot(script) : script, {
      args,
      input: options.packed.stream(binary, options.progress),
      ...signal,
    });
  // What was kept of an earlier time may be what is damaged: then once more, compressed anew.
  for (let again = await options.packed.has(binary); ; again = false) {
    const { code, stderr } = await bring();
    if (code === 0) return 'uploaded';
    if (code === DAMAGED) await options.packed.forget(binary);
    if (code !== DAMAGED || !again) throw failed(stderr);
  }
}

/** The script with its arguments under sudo, which asks for no password. */
export function asRoot(script: string): string {
  return `exec sudo -n sh -c '${script.replaceAll("'", "'\\''")}' sh "$@"\n`;
}

function failed(stderr: string): BerthError {
  const said = stderr.trim().split('\n').at(-1) || 'the connection broke';
  return new BerthError('HOST_UNREACHABLE', `the agent could not be brought to the host: ${said}`, {
    hint: 'run the command again: what is there already is kept',
  });
}
