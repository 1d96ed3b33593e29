/** One host looked at all over: each probe with its result, why it matters, and what mends it. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import { VERSION } from '@berth/shared/domain/version';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { asBerthError } from '../render/errors.ts';
import { assess, type Finding, watching } from './assess.ts';
import { look } from './set-up.ts';

/** Never rejects: what keeps a host from being examined is a finding. */
export async function examine(host: HostConfig, context: Context): Promise<Finding[]> {
  const found: Finding[] = [];
  const local = host.kind === 'local';
  try {
    const shell = await context.shell(host);
    if (!local) found.push(ok('ssh', 'connected', 'everything goes through it'));
    const facts = await look(shell, host);
    found.push(...assess(facts, { scope: host.scope, now: Math.round(Date.now() / 1000) }));
  } catch (error) {
    const { message, hint } = asBerthError(error);
    found.push({
      probe: 'ssh',
      result: 'fail',
      found: message,
      why: 'everything goes through it',
      mend: hint,
    });
    return found;
  }
  return [...found, ...(await examineAgent(host, context))];
}

async function examineAgent(host: HostConfig, context: Context): Promise<Finding[]> {
  const why = 'it runs the sessions';
  const found: Finding[] = [];
  try {
    const it = await (await context.connect(host)).getHost();
    const same = it.version === VERSION;
    const version = same
      ? `version ${it.version} answers`
      : `version ${it.version} answers, this is ${VERSION}`;
    found.push(
      same
        ? ok('agent', version, why)
        : { probe: 'agent', result: 'warn', found: version, why, mend: `berth host upgrade ${host.name}` },
    );
    const held = it.enforcement === 'kernel';
    const limits = held ? 'held to by the kernel, as tried' : 'advisory';
    const mattersTo = 'a session that takes more harms its neighbours';
    found.push(
      held
        ? ok('slots', limits, mattersTo)
        : { probe: 'slots', result: 'warn', found: limits, why: mattersTo, mend: '' },
    );
    if (it.draining) {
      const mend = `berth host undrain ${host.name}`;
      found.push({ probe: 'draining', result: 'warn', found: 'yes', why: 'it takes no new sessions', mend });
    }
    for (const warning of it.warnings) {
      if ((!held && /enforce/.test(warning)) || /inotify/.test(warning)) continue;
      found.push({ probe: 'warning', result: 'warn', found: warning, why: 'the agent says so', mend: '' });
    }
    found.push(watching(it.watching));
    found.push(ok('memory free', formatMemory(it.load.memoryAvailableBytes), 'slots are promises on it'));
  } catch (error) {
    const { message, hint } = asBerthError(error);
    const again = host.kind !== 'local' && asBerthError(error).reason === 'AGENT_MISSING';
    const mend = again ? `berth host add ${host.name}` : hint;
    found.push({ probe: 'agent', result: 'fail', found: message, why, mend });
    return found;
  }
  if (host.kind !== 'local') found.push(await examineForwarding(host, context));
  return found;
}

/** Where the host's sshd forbids forwarding the agent's socket, each command pays for a detour. */
async function examineForwarding(host: HostConfig, context: Context): Promise<Finding> {
  const why = 'calls go straight to the agent; else each one starts berthd dial-stdio over ssh';
  // As it is meant to be where nothing is said; connections that are there keep what held before.
  const mend =
    "sudo sed -Ei '/^ *(AllowStreamLocalForwarding|DisableForwarding) /Is/^/#/' /etc/ssh/sshd_config && sudo systemctl reload ssh";
  const done = new AbortController();
  try {
    const { foreground } = await context.tunnel(host, { signal: done.signal });
    if (foreground === null) return ok('sshd forwarding', 'allowed', why);
    return { probe: 'sshd forwarding', result: 'warn', found: 'forbidden', why, mend };
  } catch (error) {
    return { probe: 'sshd forwarding', result: 'warn', found: messageOf(error), why, mend };
  } finally {
    done.abort();
  }
}

function ok(probe: string, found: string, why: string): Finding {
  return { probe, result: 'ok', found, why, mend: '' };
}
