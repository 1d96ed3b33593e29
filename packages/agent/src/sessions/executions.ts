/** Commands beside sessions: each in its workspace, with the environment its program was started with. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Session } from '../domain/session.ts';
import { typable } from './attachable.ts';
import type { Execs, ProcessTable, RunningExec } from './exec-port.ts';
import type { SessionFiles } from './files-port.ts';
import type { SessionPaths, Terminals } from './ports.ts';

export interface ExecOrder {
  /** Program first; empty: the user's login shell. */
  readonly argv: readonly string[];
  /** Over the session's. */
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the workspace, or absolute; empty: the workspace. */
  readonly directory: string;
  /** Null: none. */
  readonly terminal: { readonly columns: number; readonly rows: number; readonly term: string } | null;
}

export interface ExecutionsOptions {
  readonly execs: Execs;
  readonly files: SessionFiles;
  readonly terminals: Terminals;
  readonly processes: ProcessTable;
  /** Path of the user's login shell. */
  readonly shell: string;
  /** For a session none of whose processes tells what it was started with. */
  readonly fallback: (session: Session) => Promise<Readonly<Record<string, string>>>;
}

/** Of the session's own terminal: a command beside it is not in there. */
const OF_ITS_TERMINAL = ['TERM', 'TMUX', 'TMUX_PANE', 'SHLVL', '_'];
/** A session that has just begun becomes its program within this, in ms. */
const BECOMES_MS = 2000;
/** Processes of a session, looked at for one that tells. */
const MOST_LOOKED_AT = 100;

export class Executions {
  readonly #o: ExecutionsOptions;
  /** The wrapper of each session that was asked for before: asking tmux costs more than all the rest. */
  readonly #wrappers = new Map<string, { pid: number; start: string | null }>();

  constructor(options: ExecutionsOptions) {
    this.#o = options;
  }

  /** Throws SESSION_ENDED, SESSION_NOT_RUNNING, FILE_NOT_FOUND, EXEC_FAILED. */
  async start(session: Session, { argv, env, directory, terminal }: ExecOrder): Promise<RunningExec> {
    const { state } = typable(session);
    if (state === 'suspended') {
      const hint = `let it go on first: berth resume ${session.id}`;
      throw new BerthError('SESSION_NOT_RUNNING', `session ${session.id} is suspended`, { hint });
    }
    const paths = this.#o.files.paths(session.id);
    const { env: own, workspace } = await this.surroundings(session);
    const inherited = Object.entries(own).filter(([name]) => !OF_ITS_TERMINAL.includes(name));
    const term = terminal ? { TERM: terminal.term } : {};
    return await this.#o.execs.start({
      sessionId: session.id,
      paths,
      argv: argv.length > 0 ? argv : [this.#o.shell],
      env: { ...Object.fromEntries(inherited), ...term, ...env },
      directory: directory.startsWith('/') ? directory : directory ? `${workspace}/${directory}` : workspace,
      terminal,
    });
  }

  /** What its program was started with, and where it works. */
  async surroundings(
    session: Session,
  ): Promise<{ env: Readonly<Record<string, string>>; workspace: string }> {
    const paths = this.#o.files.paths(session.id);
    const env = (await this.#environment(session, paths)) ?? (await this.#o.fallback(session));
    return { env, workspace: env.BERTH_WORKSPACE ?? paths.workspace };
  }

  /** Of its main program; of what that started, where it wrote over its own. */
  async #environment(session: Session, paths: SessionPaths): Promise<Record<string, string> | null> {
    const { processes } = this.#o;
    const deadline = performance.now() + BECOMES_MS;
    while (performance.now() < deadline) {
      const wrapper = await this.#wrapper(session.id, paths);
      if (wrapper === null) return null;
      const tree = [...processes.childrenOf(wrapper)];
      for (const pid of tree) {
        const found = processes.environmentOf(pid);
        // The wrapper and what it forks have the first of these, but not the second.
        if (found.BERTH_SESSION_ID === session.id && found.BERTH_WORKSPACE !== undefined) return { ...found };
        if (tree.length < MOST_LOOKED_AT) tree.push(...processes.childrenOf(pid));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return null;
  }

  async #wrapper(sessionId: string, paths: SessionPaths): Promise<number | null> {
    const { processes, terminals } = this.#o;
    const known = this.#wrappers.get(sessionId);
    if (known && known.start !== null && processes.startOf(known.pid) === known.start) return known.pid;
    this.#wrappers.delete(sessionId);
    const pid = (await terminals.observe(paths))?.pid ?? null;
    if (pid !== null) this.#wrappers.set(sessionId, { pid, start: processes.startOf(pid) });
    return pid;
  }
}
