/** Sessions that print numbered lines at a steady rate until they are told to stop, and a hash of them at the end. */
import { sha256 } from './site.ts';

/** Prints `BURST` lines five times a second until the file $1 is there. */
const BURST = 200;
const PRINT = `
BEGIN {
  while (system("test -e " stop) != 0) {
    for (i = 0; i < ${BURST}; i++) printf "%s line %08d of what must not be lost: 0123456789 abcdefghijklmnopqrstuvwxyz\\n", name, ++n
    fflush()
    system("sleep 0.2")
  }
}`;

/** `stop`: path on the host. The last line that it prints is the hash of all before. */
export function chatty({ name, stop }: { name: string; stop: string }): string[] {
  const script = 'set -o pipefail; exec 3>&1; awk -v name="$1" -v stop="$2" "$3" | tee /dev/fd/3 | sha256sum';
  return ['bash', '-c', script, 'chatty', name, stop, PRINT];
}

/**
 * Throws where anything is missing or too much, by the hash that the session itself reckoned and
 * by the numbers of the lines. Returns the count of lines.
 */
export function checkChatter(name: string, transcript: Buffer): number {
  const text = transcript.toString('latin1');
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end).replaceAll('\r\n', '\n');
  const told = /^([0-9a-f]{64}) {2}-\r\n$/.exec(text.slice(end))?.[1];
  if (told === undefined) throw new Error(`${name} does not end with its hash: ${text.slice(-200)}`);
  const lines = body.split('\n').slice(0, -1);
  lines.forEach((line, index) => {
    if (!line.startsWith(`${name} line ${String(index + 1).padStart(8, '0')} of`)) {
      throw new Error(`${name}: line ${index + 1} is: ${line.slice(0, 200)}`);
    }
  });
  if (sha256(Buffer.from(body, 'latin1')) !== told) throw new Error(`${name}: the hash does not fit`);
  return lines.length;
}
