/** Several hosts with agents, and one laptop that knows them all: what tests of watching many begin with. */
import { until } from '../until.ts';
import { allEvents, type SeenEvent } from './event-watcher.ts';
import type { LabHost } from './host.ts';
import { type Lab, openLab } from './lab.ts';
import { Laptop } from './laptop.ts';

const SET_UP_MS = 120_000;
/** systemctl of the hosts' user. */
const UNIT = ['systemctl', '--user'];

export class LabFleet implements AsyncDisposable {
  readonly lab: Lab;
  readonly laptop: Laptop;
  readonly #hosts: ReadonlyMap<string, LabHost>;

  constructor(options: { lab: Lab; laptop: Laptop; hosts: readonly LabHost[] }) {
    this.lab = options.lab;
    this.laptop = options.laptop;
    this.#hosts = new Map(options.hosts.map((host) => [host.name, host]));
  }

  host(name: string): LabHost {
    const found = this.#hosts.get(name);
    if (!found) throw new Error(`no host ${name}`);
    return found;
  }

  get hosts(): readonly LabHost[] {
    return [...this.#hosts.values()];
  }

  /** Process of a host's agent, by the host's count. Throws where none runs. */
  async agentPid(name: string): Promise<number> {
    const show = [...UNIT, 'show', '--property=MainPID', '--value', 'berthd.service'];
    const { stdout } = await this.host(name).run(show, { user: 'dev', check: true });
    const pid = Number(stdout);
    if (!(pid > 0)) throw new Error(`no agent runs on ${name}`);
    return pid;
  }

  async signalAgent(name: string, signal: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
    await this.host(name).run(['kill', `-${signal}`, String(await this.agentPid(name))], { check: true });
  }

  async restartAgent(name: string): Promise<void> {
    await this.host(name).run([...UNIT, 'restart', 'berthd.service'], { user: 'dev', check: true });
  }

  /** Starts a session on a host, and returns its id. */
  async start(host: string, name: string, script: string): Promise<string> {
    const flags = ['--json', '--host', host, '--name', name, '-m', '32M'];
    const printed = await this.laptop.ok(['start', ...flags, '--', 'bash', '-c', script]);
    const { sessions } = JSON.parse(printed) as { sessions: { session_id: string }[] };
    const id = sessions[0]?.session_id;
    if (!id) throw new Error(`no session was started on ${host}`);
    return id;
  }

  /** All that the host's journal has: asked of the agent itself, past the client and its cable. */
  journal(host: string): Promise<SeenEvent[]> {
    return allEvents(this.host(host).live('/run/user/1000/berth/agent.sock'));
  }

  /** Resolves when so many attentions were raised on the host, known to the laptop or not. */
  async hasRaised(host: string, count: number): Promise<void> {
    const look = async () => {
      // An agent that comes up anew does not answer yet.
      const journal = await this.journal(host).catch(() => []);
      return journal.filter(({ event }) => event.fact?.$case === 'attentionRaised').length >= count;
    };
    await until(look, { what: `${count} attentions on ${host}`, deadlineMs: 30_000, everyMs: 200 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.laptop[Symbol.asyncDispose]();
    await this.lab[Symbol.asyncDispose]();
  }
}

/** Hosts of these names, each with an agent. */
export async function openLabFleet(names: readonly string[]): Promise<LabFleet> {
  await using cleanup = new AsyncDisposableStack();
  const lab = cleanup.use(await openLab());
  const laptop = cleanup.use(new Laptop(lab));
  const hosts = await Promise.all(names.map((name) => lab.host(name, { sudo: true })));
  // One after the other: they write the same file, and each brings 40 MB.
  for (const name of names) await laptop.ok(['host', 'add', name], { timeoutMs: SET_UP_MS });
  const fleet = new LabFleet({ lab, laptop, hosts });
  cleanup.move();
  return fleet;
}
