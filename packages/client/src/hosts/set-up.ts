/**
 * A host gets its agent: looked at, brought the program, set up by it. Every step can be broken
 * off and run again; what was done is found and kept.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { VERSION } from '@berth/shared/domain/version';
import type { HostConfig } from '../config/remotes.ts';
import { archOf, assess, type Finding, type HostArch } from './assess.ts';
import type { PackedPrograms } from './packed-programs.ts';
import { type Facts, PROBE_SCRIPT, parseProbe } from './probe.ts';
import type { RemoteShell } from './remote-shell.ts';
import { agentSettings, setupScript } from './setup-script.ts';
import { type AgentBinary, asRoot, describeBinary, upload } from './upload.ts';

export interface SetUpOptions {
  readonly host: HostConfig;
  readonly shell: RemoteShell;
  /** Path of the agent for an architecture, on this machine. Throws USAGE where there is none. */
  readonly binary: (arch: HostArch) => string;
  readonly packed: PackedPrograms;
  /** Slots that the machine was sold with; undefined: as its memory tells. */
  readonly slots: number | undefined;
  /** An agent that is there and well is not enough. */
  readonly upgrade: boolean;
  /** Told as each step begins, and with a share from 0 to 1 while it goes on. */
  readonly progress: (step: string, share?: number) => void;
  readonly signal?: AbortSignal;
}

export interface SetUp {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
  readonly upload: 'there' | 'uploaded';
  /** Name of the version that ran before; null if there was none. */
  readonly before: string | null;
}

export async function look(shell: RemoteShell, host: HostConfig): Promise<Facts> {
  const facts = parseProbe(await shell.run(PROBE_SCRIPT));
  if (facts) return facts;
  throw new BerthError('HOST_UNSUITABLE', `host ${host.name} did not answer as a Unix machine does`, {
    hint: `check what this prints: ssh ${host.host ?? host.name} uname -a`,
  });
}

/** Throws HOST_UNSUITABLE with what to mend, AGENT_START_FAILED, or what broke the connection. */
export async function setUp(options: SetUpOptions): Promise<SetUp> {
  const { host, shell, progress, signal } = options;
  const { scope } = host;
  progress('looking at the host');
  const facts = await look(shell, host);
  const findings = assess(facts, { scope, now: Math.round(Date.now() / 1000) });
  const fatal = findings.find(({ result }) => result === 'fail');
  if (fatal) throw unsuitable(host, fatal);
  const sudo = scope === 'system' && facts.get('uid') !== '0';
  if (sudo && facts.get('sudo') !== 'yes') {
    // An administrator made the agent, and keeps it up to date.
    if (facts.has('shared_agent') && !options.upgrade) {
      return { facts, findings, upload: 'there', before: null };
    }
    throw refused(host, facts);
  }
  const file = options.binary(archOf(facts) as HostArch);
  progress('preparing the agent');
  const binary = await describeBinary(file, VERSION);
  const abort = signal ? { signal } : {};
  progress('bringing the agent', 0);
  const brought = await upload(shell, binary, {
    scope,
    sudo,
    packed: options.packed,
    ...abort,
    progress: (share) => progress('bringing the agent', share),
  });
  const before = await runSetup(options, { binary, sudo });
  return { facts, findings, upload: brought, before };
}

async function runSetup(
  { host, shell, progress, slots, signal }: SetUpOptions,
  { binary, sudo }: { binary: AgentBinary; sudo: boolean },
): Promise<string | null> {
  const script = setupScript(host.scope);
  let last: Record<string, unknown> = {};
  const { code, stderr } = await shell.feed(sudo ? asRoot(script) : script, {
    args: [binary.version, ...agentSettings(host, slots)],
    ...(signal ? { signal } : {}),
    onLine(line) {
      try {
        last = JSON.parse(line) as Record<string, unknown>;
      } catch {
        // Start-up files of the host may print as well.
      }
      if (typeof last.step === 'string' && last.step !== 'failed') progress(STEPS[last.step] ?? last.step);
    },
  });
  if (code === 0 && last.done === true) {
    return typeof last.before === 'string' ? (last.before.split('/').at(-1) ?? null) : null;
  }
  const told = last.error as { reason?: string; message?: string; hint?: string } | undefined;
  if (told?.message) {
    const reason = told.reason === 'HOST_UNSUITABLE' ? 'HOST_UNSUITABLE' : 'AGENT_START_FAILED';
    throw new BerthError(reason, `cannot set up host ${host.name}: ${told.message}`, {
      ...(told.hint === undefined ? {} : { hint: told.hint }),
    });
  }
  const why = stderr.trim().split('\n').at(-1) || 'the connection broke';
  throw new BerthError('HOST_UNREACHABLE', `cannot set up host ${host.name}: ${why}`, {
    hint: 'run the command again: what was done is kept',
  });
}

const STEPS: Readonly<Record<string, string>> = {
  linger: 'letting sessions outlive the login',
  systemd: 'asking systemd',
  link: 'installing the agent',
  units: 'writing units',
  start: 'starting the agent',
  health: 'waiting until the agent is well',
  rollback: 'going back to the version before',
};

function refused(host: HostConfig, facts: Facts): BerthError {
  const user = facts.get('user') ?? 'you';
  return facts.has('agent_current_system')
    ? new BerthError('HOST_UNSUITABLE', `host ${host.name} is shared, and ${user} is not allowed there yet`, {
        hint: `an administrator runs on the host: sudo berthd allow ${user}`,
      })
    : new BerthError(
        'HOST_UNSUITABLE',
        `cannot set up host ${host.name} for all its users: sudo asks there`,
        { hint: 'log in as root, allow sudo without a password, or leave out --system' },
      );
}

function unsuitable(host: HostConfig, { probe, found, why, mend }: Finding): BerthError {
  const message = `host ${host.name} cannot have an agent: ${probe}: ${found} (${why})`;
  return new BerthError('HOST_UNSUITABLE', message, mend ? { hint: `on the host: ${mend}` } : {});
}
