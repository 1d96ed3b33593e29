/**
 * How far the events of each host were handled, kept across runs of `berth watch --cursor NAME`.
 * Written after an event was handled: one that was handled and could not be noted is told again.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { replaceFile } from '@berth/shared/files/replace-file';

export interface CursorPosition {
  readonly journalId: string;
  readonly number: number;
}

export interface CursorFile extends Disposable {
  get(host: string): CursorPosition | undefined;
  /** `soon`: it may be written a little later, with others; disposing writes it in any case. */
  set(host: string, position: CursorPosition, options?: { soon: boolean }): void;
}

const SOON_MS = 1000;

/** Throws CONFIG_INVALID where the file is damaged: beginning anew would tell all again, or nothing. */
export function openCursorFile(stateDir: string, name: string): CursorFile {
  const directory = path.join(stateDir, 'cursors');
  const file = path.join(directory, `${name}.json`);
  const positions = read(file);
  let timer: NodeJS.Timeout | null = null;

  function write(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const hosts = Object.fromEntries(
      [...positions].map(([host, { journalId, number }]) => [host, { journal_id: journalId, number }]),
    );
    replaceFile(file, `${JSON.stringify({ version: 1, hosts })}\n`);
  }

  return {
    get: (host) => positions.get(host),
    set(host, position, { soon } = { soon: false }) {
      positions.set(host, position);
      if (soon) timer ??= setTimeout(write, SOON_MS);
      else write();
    },
    [Symbol.dispose]() {
      if (timer) write();
    },
  };
}

function read(file: string): Map<string, CursorPosition> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw damaged(file, error);
  }
  try {
    const { hosts } = JSON.parse(text) as { hosts: Record<string, { journal_id: unknown; number: unknown }> };
    return new Map(
      Object.entries(hosts).map(([host, { journal_id: journalId, number }]) => {
        if (typeof journalId !== 'string' || !Number.isSafeInteger(number)) throw new Error(`of ${host}`);
        return [host, { journalId, number: Number(number) }];
      }),
    );
  } catch (error) {
    throw damaged(file, error);
  }
}

function damaged(file: string, cause: unknown): BerthError {
  return new BerthError('CONFIG_INVALID', `cannot read how far events were told: ${file} is damaged`, {
    cause,
    hint: `remove it to begin anew: rm ${file}`,
  });
}
