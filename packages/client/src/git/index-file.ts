/**
 * The entries of git's index, read from its file (gitformat-index): the start of a process costs more
 * than that. Forms that are not the plain one (compressed names, an index split or sparse) are git's.
 */
import { readFileSync } from 'node:fs';

export interface IndexEntry {
  /** Octal, as git prints it. */
  readonly mode: string;
  /** Bytes: see run.ts. */
  readonly name: string;
}

const HEADER_BYTES = 12;
/** Before the flags: times, device, inode, mode, owner, size, id. */
const FIXED_BYTES = 60;
const MODE_AT = 24;
const HASH_BYTES = 20;
const EXTENDED = 0x4000;

/** One entry for each stage of a file. None where there is no such file; null: git must be asked. */
export function readIndex(file: string): IndexEntry[] | null {
  try {
    return parseIndex(readFileSync(file));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
}

export function parseIndex(bytes: Buffer): IndexEntry[] | null {
  const end = bytes.length - HASH_BYTES;
  if (end < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) return null;
  const entries: IndexEntry[] = [];
  let at = HEADER_BYTES;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    if (at + FIXED_BYTES + 2 > end) return null;
    const extended = (bytes.readUInt16BE(at + FIXED_BYTES) & EXTENDED) !== 0;
    const name = at + FIXED_BYTES + (extended ? 4 : 2);
    const nul = bytes.indexOf(0, name);
    if (nul < 0 || nul >= end) return null;
    const mode = bytes
      .readUInt32BE(at + MODE_AT)
      .toString(8)
      .padStart(6, '0');
    entries.push({ mode, name: bytes.toString('latin1', name, nul) });
    // One to eight NULs bring it to a multiple of eight.
    at += (nul - at + 8) & ~7;
  }
  return isWhole(bytes.subarray(at, end)) ? entries : null;
}

/** Extensions whose names begin with a capital may be left unread. */
function isWhole(extensions: Buffer): boolean {
  let at = 0;
  while (at + 8 <= extensions.length) {
    if (!/[A-Z]/.test(String.fromCharCode(extensions[at] ?? 0))) return false;
    at += 8 + extensions.readUInt32BE(at + 4);
  }
  return at === extensions.length;
}
