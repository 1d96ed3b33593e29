/** Where requests with an id of the user's own went: a file for each in the state directory. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';
import { replaceFile } from '@berth/shared/files/replace-file';
import type { Way } from './place.ts';

/** Older ones are forgotten when another is kept. */
const KEPT_MS = 30 * 86_400_000;

export interface WaysFile {
  wentTo(requestId: string): Way | null;
  /** Throws CONFIG_INVALID where it cannot be kept: then asking again could start something twice. */
  goes(requestId: string, way: Way): void;
  forget(requestId: string): void;
}

/** `stateDir`: berth's own. */
export function waysFile(stateDir: string, now: () => number): WaysFile {
  const directory = path.join(stateDir, 'requests');
  const fileOf = (requestId: string) =>
    path.join(directory, `${createHash('sha256').update(requestId).digest('hex')}.json`);
  return {
    wentTo(requestId) {
      try {
        const { host, how, source } = JSON.parse(readFileSync(fileOf(requestId), 'utf8')) as Partial<Way>;
        return host !== undefined && how !== undefined ? { host, how, source: source ?? null } : null;
      } catch {
        return null;
      }
    },
    goes(requestId, way) {
      const file = fileOf(requestId);
      try {
        makeDirectory(directory);
        forgetOld(directory, now() - KEPT_MS);
        replaceFile(file, JSON.stringify(way));
      } catch (error) {
        throw new BerthError('CONFIG_INVALID', `cannot keep where a request goes: ${messageOf(error)}`, {
          hint: `make ${directory} writable, or leave out --request-id`,
        });
      }
    },
    forget: (requestId) => rmSync(fileOf(requestId), { force: true }),
  };
}

function forgetOld(directory: string, before: number): void {
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    try {
      if (statSync(file).mtimeMs < before) unlinkSync(file);
    } catch {
      // Another client was faster.
    }
  }
}
