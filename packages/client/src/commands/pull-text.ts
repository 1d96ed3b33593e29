/** What `berth pull` tells: what became of each branch, and what to do next. */
import type { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import type { SessionSnapshot } from '@berth/shared/domain/session-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Repository } from '../git/repository.ts';
import type { Console } from '../render/console.ts';
import { counted } from '../render/counted.ts';
import { toJson } from '../render/json.ts';
import type { Verdict } from '../workspace/branch-verdict.ts';
import type { Pulled, PulledBranch } from '../workspace/pull-session.ts';

export interface PullAnswer {
  readonly host: HostConfig;
  readonly session: SessionSnapshot;
  readonly repository: Repository;
  readonly pulled: Pulled;
  /** Null: there were no files, or they were not wanted. */
  readonly output: { readonly directory: string; readonly files: number; readonly bytes: number } | null;
  readonly outputError: BerthError | null;
}

const TOLD: Readonly<Record<Verdict, string>> = {
  created: 'new',
  unchanged: 'as it was',
  forwarded: 'moved on',
  replaced: 'replaced',
  ahead: 'yours has gone on, left as it is',
  diverged: 'diverged',
};

export function tellPull(answer: PullAnswer, console: Console): void {
  console.out(console.json ? `${toJson(asJson(answer))}\n` : asText(answer));
}

function asText({ session, repository, pulled, output }: PullAnswer): string {
  const [first] = pulled.branches;
  const lines = pulled.branches.map(
    (branch) =>
      `${oneLine(branch.branch)}  ${branch.commit.slice(0, 7)}  ${TOLD[branch.verdict]}: ${size(branch)}`,
  );
  if (!first) lines.push(`${session.id} has no commit yet, and no files to make one of`);
  if (first && pulled.uncommitted) lines.push('  its last commit holds what the session has not committed');
  if (output) {
    const { files, bytes, directory } = output;
    lines.push(`output  ${counted(files, 'file')}, ${formatMemory(bytes)}, in ${oneLine(directory)}`);
  }
  if (first && first.files > 0) {
    const name = oneLine(first.branch);
    lines.push(`  look    git diff ${oneLine(repository.branch) || 'HEAD'}...${name}`);
    lines.push(`  take    git merge ${name}`);
    lines.push(...hindrance(pulled.inTheWay));
  }
  return `${lines.join('\n')}\n`;
}

/** Git says no more than that it aborts, and leaves it to the user to find out what to do. */
function hindrance(files: readonly string[]): string[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  const what = others.length === 0 ? first : `${first} and ${others.length} more`;
  return [`          first commit or stash what is not committed here, git would stop at it: ${what}`];
}

function size({ commits, files, added, deleted }: PulledBranch): string {
  if (files === 0)
    return commits === 0 ? 'nothing changed' : `${counted(commits, 'commit')}, no file changed`;
  return `${counted(commits, 'commit')}, ${counted(files, 'file')} changed (+${added} -${deleted})`;
}

function asJson({ host, session, repository, pulled, output }: PullAnswer) {
  return {
    session_id: session.id,
    name: session.name,
    vm_name: host.name,
    repository: repository.top,
    branches: pulled.branches.map(({ verdict, ...branch }) => ({ ...branch, outcome: verdict })),
    uncommitted: pulled.uncommitted,
    output,
  };
}
