/** Wake-ups by inotify, one instance for the whole agent; where watches run out, by looks at intervals. */
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Watcher } from '../sessions/ports.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { Notices, roomForNotices, watchesOfUser } from './notices.ts';
import { Reads } from './reads.ts';
import { Tree } from './tree.ts';
import { Watches } from './watches.ts';

/** Of what the user may have, editors and others of its programs get the other half. */
const SHARE = 0.5;
/** Of all trees together: a watch costs the agent some 4 KB. */
const MOST_IN_TREES = 20_000;
/** So many each tree may have also where others have used that up. */
const LEAST_IN_TREE = 256;

const OUT =
  'out of inotify watches: output and ends are polled for; raise fs.inotify.max_user_watches and max_user_instances';

export interface WatcherOptions {
  /** Most directories of one tree that are watched. */
  readonly treeLimit: number;
  /** Notices that the kernel keeps; absent: as the machine says. */
  readonly room?: number;
  readonly onProblem: (message: string) => void;
}

export function createWatcher(options: WatcherOptions): Watcher {
  const trees = new Set<Tree>();
  const wakes = new Set<() => void>();
  const most = watchesOfUser() * SHARE;
  const reads = new Reads();
  let overflows = 0;
  let degraded = false;

  function overflowed(): void {
    overflows += 1;
    if (overflows === 1) options.onProblem('the kernel dropped notices of changed files: all is looked at');
    for (const wake of [...wakes]) wake();
    for (const tree of trees) tree.rescan();
  }

  const watches = new Watches(
    new Notices({ room: options.room ?? roomForNotices(), onOverflow: overflowed }),
  );

  function degrade(): void {
    if (!degraded) options.onProblem('out of inotify watches: looking at intervals instead');
    degraded = true;
  }

  function watch(directory: string, onChange: (fileName: string | null) => void): Disposable {
    const ends = new DisposableStack();
    const wake = () => onChange(null);
    wakes.add(wake);
    ends.defer(() => wakes.delete(wake));
    ends.use(new DirectoryWatch({ directory, watches, onChange, degrade }));
    return ends;
  }

  return {
    watch,
    warnings: () => (watches.polled > 0 ? [OUT] : []),
    watching: () => ({ directories: watches.open, polledDirectories: watches.polled, overflows }),
    tree(root, { ignoring }, onChange) {
      const tree = new Tree({
        root,
        ignoring,
        limit: options.treeLimit,
        spare: (own) => watches.open < (own < LEAST_IN_TREE ? most : Math.min(most, MOST_IN_TREES)),
        watches,
        reads,
        onChange,
        degrade,
        onError: (error) => options.onProblem(`cannot follow ${root}: ${messageOf(error)}`),
      });
      trees.add(tree);
      return {
        [Symbol.dispose]: () => {
          trees.delete(tree);
          tree[Symbol.dispose]();
        },
      };
    },
  };
}
