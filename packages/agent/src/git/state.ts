/** The state of a repository, by git. Nothing that the repository configures is run: see safety.ts. */
import { realpath } from 'node:fs/promises';
import type { GitState } from '@berth/shared/domain/session-details';
import type { Git } from '../sessions/ports.ts';
import { runGit, safeSettings } from './call.ts';
import { guardedEnvironment } from './safety.ts';

const DEADLINE_MS = 2000;
const STATUS = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '--no-renames'] as const;

export function createGit(program = 'git'): Git {
  return {
    async state(directory) {
      try {
        const real = await realpath(directory);
        const signal = AbortSignal.timeout(DEADLINE_MS);
        const where = { program, directory: real, env: guardedEnvironment(real), signal };
        const settings = await safeSettings(where);
        const status = await runGit({ ...where, settings }, [...STATUS, '--ignore-submodules=dirty']);
        return parseStatus(Buffer.from(status, 'latin1').toString('utf8'));
      } catch {
        return null;
      }
    },
  };
}

/** What `git status --porcelain=v2 --branch` prints. */
function parseStatus(text: string): GitState {
  const lines = text.split('\n');
  const header = (name: string): string =>
    lines.find((line) => line.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length) ?? '';
  const [commit, head] = [header('oid'), header('head')];
  const against = /^\+(\d+) -(\d+)$/.exec(header('ab'));
  return {
    branch: head === '(detached)' ? '' : head,
    commit: commit === '(initial)' ? '' : commit,
    dirtyFiles: lines.filter((line) => /^[12u?] /.test(line)).length,
    ahead: against ? Number(against[1]) : null,
    behind: against ? Number(against[2]) : null,
    upstream: header('upstream'),
  };
}
