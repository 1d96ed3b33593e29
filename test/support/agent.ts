/** A real agent in the foreground, with its log at hand, to be killed and started again. */
import { connect } from 'node:net';
import { Running } from './running.ts';
import { until } from './until.ts';

export interface AgentSpec {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where its socket is to appear. */
  readonly socket: string;
}

export class TestAgent implements AsyncDisposable {
  readonly socket: string;
  readonly #spec: AgentSpec;
  readonly #past: string[] = [];
  #running: Running;

  private constructor(spec: AgentSpec) {
    this.#spec = spec;
    this.socket = spec.socket;
    this.#running = new Running(spec.argv, { env: spec.env });
  }

  /** Resolves when the socket accepts. Rejects, with the log, where the agent ends before that. */
  static async start(spec: AgentSpec): Promise<TestAgent> {
    const agent = new TestAgent(spec);
    await agent.#ready();
    return agent;
  }

  get pid(): number {
    return this.#running.child.pid ?? 0;
  }

  get running(): Running {
    return this.#running;
  }

  /** Everything it logged, over all its starts. */
  get log(): string {
    return [...this.#past, this.#running.stdout, this.#running.stderr].join('');
  }

  /** The log's lines that are JSON. */
  get logEntries(): Record<string, unknown>[] {
    const lines = this.log.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill9(): Promise<void> {
    this.#running.kill('SIGKILL');
    await this.#running.finished;
  }

  /** SIGTERM; resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.#running.kill('SIGTERM');
    return (await this.#running.finished).code;
  }

  /** Starts it again on the same state; one that still runs is killed first. */
  async restart(): Promise<void> {
    if (!this.#running.ended) await this.kill9();
    this.#past.push(this.#running.stdout, this.#running.stderr);
    this.#running = new Running(this.#spec.argv, { env: this.#spec.env });
    await this.#ready();
  }

  async #ready(): Promise<void> {
    const accepts = async () => {
      if (this.#running.ended) return true;
      return await socketAccepts(this.socket);
    };
    try {
      await until(accepts, { what: `an agent listens on ${this.socket}`, deadlineMs: 60_000 });
      if (this.#running.ended) throw new Error('the agent ended before it listened');
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${message}; it logged:\n${this.log.slice(-3_000)}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
  }
}

/** Somebody accepts connections on the socket now. */
function socketAccepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
