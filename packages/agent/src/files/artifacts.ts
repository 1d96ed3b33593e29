/** The files that sessions hand over, and the list of those that were told, beside them. */
import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Artifact } from '@berth/shared/domain/session-details';
import type { Artifacts, SessionPaths } from '../sessions/ports.ts';

const MOST = 1000;
const MOST_DIRECTORIES = 1000;
const TOLD = 'artifacts.json';

export function createArtifacts(): Artifacts {
  return {
    async list(directory) {
      const { files, more } = await walk(directory);
      const found = await Promise.all(files.map((file) => describe(directory, file)));
      const artifacts = found.filter((artifact) => artifact !== null);
      return { artifacts: artifacts.sort((a, b) => b.modifiedAt - a.modifiedAt), more };
    },

    async told(paths) {
      try {
        const told: unknown = JSON.parse(await readFile(path.join(paths.directory, TOLD), 'utf8'));
        return Array.isArray(told) ? (told as Artifact[]) : [];
      } catch {
        // Not there yet, or lost in a power cut: all are told once more.
        return [];
      }
    },

    async keepTold(paths: SessionPaths, artifacts: readonly Artifact[]) {
      const target = path.join(paths.directory, TOLD);
      const temporary = `${target}.${randomBytes(4).toString('hex')}`;
      try {
        await writeFile(temporary, JSON.stringify(artifacts), { mode: 0o600 });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

/** Relative paths of plain files, in the order of their names; links are not followed. */
async function walk(root: string): Promise<{ files: string[]; more: boolean }> {
  const files: string[] = [];
  const open = [''];
  let seen = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries: Dirent[] = await readdir(path.join(root, folder), { withFileTypes: true }).catch(
      ifGone([]),
    );
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const relative = path.join(folder, entry.name);
      if (entry.isDirectory()) open.push(relative);
      if (!entry.isFile()) continue;
      if (files.length === MOST) return { files, more: true };
      files.push(relative);
    }
    seen += 1;
    if (seen === MOST_DIRECTORIES && open.length > 0) return { files, more: true };
  }
  return { files, more: false };
}

async function describe(root: string, file: string): Promise<Artifact | null> {
  const found = await lstat(path.join(root, file)).catch(ifGone(null));
  return found && { path: file, bytes: found.size, modifiedAt: Math.floor(found.mtimeMs) };
}

/** What could not be looked at need not be gone. */
function ifGone<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead;
    throw error;
  };
}
