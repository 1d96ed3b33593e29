/**
 * The network of one lab: a namespace that routes between this machine and the lab's hosts, and a
 * cable to each host. A host behind another is plugged into that one, which routes for nobody.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Claim, pause } from './claim.ts';
import { command, succeeds } from './command.ts';

const SLOW_CABLE = join(import.meta.dirname, 'slow-cable.py');
/** Names of the host's end and, in what it is plugged into, of the other one. */
const HOST_END = 'host0';

export interface Impairment {
  /** Added to each packet on its way to the host. */
  readonly ms?: number;
  /** Of packets on their way to the host, in percent. */
  readonly loss?: number;
}

/** This machine's way into the lab: one interface, one route. */
export function openNetwork({ number, prefix }: Claim): void {
  const net = `10.213.${number}`;
  addNamespace(prefix);
  command(['ip', 'netns', 'exec', prefix, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
  command(['ip', 'link', 'add', prefix, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', prefix]);
  command(['ip', '-n', prefix, 'addr', 'add', `${net}.2/30`, 'dev', 'uplink']);
  command(['ip', '-n', prefix, 'link', 'set', 'uplink', 'up']);
  command(['ip', 'addr', 'add', `${net}.1/30`, 'dev', prefix]);
  command(['ip', 'link', 'set', prefix, 'up']);
  command(['ip', 'route', 'add', `${net}.0/24`, 'via', `${net}.2`]);
  command(['ip', '-n', prefix, 'route', 'add', 'default', 'via', `${net}.1`]);
  // What is not plugged in here is not reachable from outside.
  command(['ip', '-n', prefix, 'route', 'add', 'unreachable', `${net}.0/24`]);
}

export class Cable {
  /** The host's network namespace. */
  readonly namespace: string;
  readonly address: string;
  /** Where the other end is. */
  readonly #into: string;
  readonly #outerEnd: string;
  readonly #subnet: string;
  readonly #gateway: string;
  readonly #behind: boolean;
  /** In the arguments of the process that is the slow cable. */
  readonly #mark: string;
  #cut = false;
  #impairment: Impairment | null = null;
  /** The slow cable; null: a plain one. */
  #slow: ChildProcess | null = null;

  /** `index`: of the host in its lab, from 1. */
  constructor(options: { claim: Claim; index: number; into?: Cable }) {
    const { claim, index, into } = options;
    const net = `10.213.${claim.number}`;
    this.namespace = `${claim.prefix}-${index}`;
    this.#into = into?.namespace ?? claim.prefix;
    this.#behind = into !== undefined;
    this.#mark = join(claim.dir, `cable${index}`);
    this.#outerEnd = `to${index}`;
    this.#subnet = `${net}.${4 * index}/30`;
    this.#gateway = `${net}.${4 * index + 1}`;
    this.address = `${net}.${4 * index + 2}`;
  }

  /** Makes the host's namespace where there is none, and plugs the host in. */
  plug(): void {
    if (!existsSync(`/run/netns/${this.namespace}`)) addNamespace(this.namespace);
    const [outer, inner] = [this.#outerEnd, HOST_END];
    const into = ['ip', '-n', this.#into];
    const host = ['ip', '-n', this.namespace];
    if (this.#impairment) this.#startSlow(this.#impairment);
    else {
      const peer = ['peer', 'name', inner, 'netns', this.namespace];
      command([...into, 'link', 'add', outer, 'type', 'veth', ...peer]);
    }
    command([...into, 'addr', 'add', `${this.#gateway}/30`, 'dev', outer]);
    command([...host, 'addr', 'add', `${this.address}/30`, 'dev', inner]);
    command([...host, 'link', 'set', inner, 'up']);
    if (!this.#behind) {
      command([...host, 'route', 'add', 'default', 'via', this.#gateway]);
      // While the cable is cut nobody answers in the host's place: packets vanish.
      command([...into, 'route', 'replace', 'blackhole', this.#subnet, 'metric', '1000']);
    }
    if (!this.#cut) this.#set('up');
  }

  /** The host's interfaces and connections are gone in an instant, with no word to anybody. */
  destroy(): void {
    this.#set('down');
    this.unplug();
    command(['ip', 'netns', 'del', this.namespace]);
  }

  /** Nothing goes through, and nobody says so. */
  cut(): void {
    this.#cut = true;
    this.#set('down');
  }

  mend(): void {
    this.#cut = false;
    this.#set('up');
  }

  /** Null: a plain cable again. What is on its way in this moment is lost. */
  impair(impairment: Impairment | null): void {
    this.unplug();
    this.#impairment = impairment;
    this.plug();
  }

  #startSlow({ ms = 0, loss = 0 }: Impairment): void {
    const ends = [this.#into, this.#outerEnd, this.namespace, HOST_END];
    const argv = [
      '--pdeathsig',
      'KILL',
      'python3',
      SLOW_CABLE,
      this.#mark,
      ...ends,
      String(ms),
      String(loss),
    ];
    this.#slow = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
    waitFor(() => this.#hasEnd(this.namespace, HOST_END), `slow cable to ${this.namespace}`);
  }

  /** With no word to anybody. */
  unplug(): void {
    if (!this.#slow) {
      command(['ip', '-n', this.#into, 'link', 'del', this.#outerEnd]);
      return;
    }
    this.#slow.kill('SIGKILL');
    this.#slow = null;
    waitFor(() => !this.#hasEnd(this.#into, this.#outerEnd), `no slow cable to ${this.namespace}`);
  }

  #hasEnd(namespace: string, end: string): boolean {
    return succeeds(['ip', '-n', namespace, 'link', 'show', end]);
  }

  #set(state: 'up' | 'down'): void {
    command(['ip', '-n', this.#into, 'link', 'set', this.#outerEnd, state]);
  }
}

function addNamespace(name: string): void {
  command(['ip', 'netns', 'add', name]);
  command(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  // A new namespace may have inherited this from the machine.
  command(['ip', 'netns', 'exec', name, 'sh', '-c', 'echo 0 >/proc/sys/net/ipv4/ip_forward']);
}

function waitFor(condition: () => boolean, what: string): void {
  for (let attempt = 0; !condition(); attempt++) {
    if (attempt === 500) throw new Error(`did not happen within 5 s: ${what}`);
    pause();
  }
}
