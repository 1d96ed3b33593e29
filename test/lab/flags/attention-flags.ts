/** The flags of the commands around attention: one look at each. */
import { expect } from 'vitest';
import { HostEvents } from '../../support/host-events.ts';
import { createSandbox, type Sandbox } from '../../support/sandbox.ts';
import { startedId } from '../../support/started.ts';
import type { TestTerminal } from '../../support/terminal.ts';

/** Sessions that ask, in this order. */
async function asking(sandbox: Sandbox, ...names: string[]) {
  const agent = await sandbox.startAgent();
  using events = new HostEvents(agent.socket);
  for (const name of names) {
    const script = `echo ${name} asks; printf '\\a'; cat -v`;
    const id = await startedId(sandbox, ['start', '--json', '--name', name, '--', 'bash', '-c', script]);
    await events.find(({ sessionId, fact }) => sessionId === id && fact.type === 'attentionRaised');
  }
  return agent;
}

async function next(sandbox: Sandbox, ...flags: string[]): Promise<TestTerminal> {
  const terminal = sandbox.berthTerminal(['next', ...flags]);
  await terminal.waitForScreen(/one asks/);
  return terminal;
}

export const ATTENTION_FLAGS: Readonly<Record<string, () => Promise<void>>> = {
  'ack --all': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one', 'two');
    expect((await sandbox.berth(['ack', '--all'])).stdout.match(/ cleared: /g)).toHaveLength(2);
    expect((await sandbox.berth(['ack', '--all', 'one'])).code).toBe(2);
  },
  'snooze --off': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one');
    await sandbox.berth(['snooze', 'one', '1h']);
    await sandbox.berth(['snooze', 'one', '--off']);
    expect(await sandbox.json(['show', 'one'])).toMatchObject({ attention: { snoozed_until: null } });
  },
  'session --clear': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one');
    expect((await sandbox.berth(['session', 'one', '--clear'])).stdout).toMatch(/^sess-\S+\n$/);
    expect((await sandbox.berth(['show', 'one'])).code).toBe(4);
  },
  'next --once': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one', 'two');
    const terminal = await next(sandbox, '--once');
    terminal.press('C-b', 'd');
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.screen()).not.toMatch(/two asks/);
  },
  'next --read-only': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one');
    const terminal = await next(sandbox, '--read-only');
    terminal.type('never');
    await sandbox.berth(['send', 'one', 'always', '--enter']);
    await terminal.waitForScreen(/always/);
    expect(terminal.screen()).not.toMatch(/never/);
  },
  'next --detach-others': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one');
    const terminal = sandbox.berthTerminal(['attach', 'one']);
    await terminal.waitForScreen(/one asks/);
    await next(sandbox, '--detach-others');
    await terminal.waitForScreen(/detached by another terminal/);
  },
  'next --detach-keys': async () => {
    await using sandbox = createSandbox();
    await asking(sandbox, 'one');
    const terminal = await next(sandbox, '--detach-keys', 'ctrl-p,ctrl-q');
    terminal.press('C-p', 'C-q');
    expect(await terminal.waitForExit()).toBe(0);
  },
  'next --no-reconnect': async () => {
    await using sandbox = createSandbox();
    const agent = await asking(sandbox, 'one');
    const terminal = await next(sandbox, '--no-reconnect');
    await agent.kill9();
    expect(await terminal.waitForExit()).toBe(3);
  },
};
