/** The docs are true as far as words can be checked: commands, flags, settings, JSON keys, options and metrics. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BERTHD, ROOT } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox } from '../support/sandbox.ts';
import { startedId } from '../support/started.ts';
import { until } from '../support/until.ts';

const DOCS = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
const OPERATIONS = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

it('names every command and every flag', async () => {
  await using sandbox = createSandbox();
  const { stdout } = await sandbox.berth(['--help']);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:, [a-z]+)? {2,}/gm)].map(([, name]) => name ?? '');
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands) {
    expect(DOCS).toMatch(new RegExp(`berth ${command}\\b`));
    const help = await sandbox.berth([command, '--help']);
    const flags = [...help.stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag ?? '');
    for (const flag of flags) expect(DOCS).toContain(flag);
    expect(help.stdout).toMatch(/\nexample: .*berth \S/);
  }
});

it('names every key of the JSON, and every setting', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  await startedId(sandbox, ['start', '--json', '--', 'sleep', '1000']);
  const keys = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(keys);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => (key === 'running' ? [] : [key, ...keys(inner)]));
  };
  const asking = ['bash', '-c', "git init -q .; touch $BERTH_OUTPUT_DIR/left; printf '\\a'; cat"];
  await startedId(sandbox, ['start', '--json', '--name', 'asks', '--', ...asking]);
  const next = async () => (await sandbox.json<{ next: unknown }>(['next'])).next;
  await until(next, { what: 'the session asks' });
  const asked = [['show', 'asks'], ['explain', 'asks'], ['next'], ['tag', 'asks'], ['session', 'asks']];
  const done = [
    ['snooze', 'asks', '1h'],
    ['ack', 'asks'],
    ['send', 'asks', 'x'],
    // Behind the session every flag is the command's own.
    ['exec', '--json', 'asks', 'true'],
    ['cp', '/etc/hostname', 'asks:'],
    ['disconnect', 'asks'],
  ];
  const looks = [['list'], ['status'], ['tunnel', 'local'], ['host', 'list'], ['start', '--dry-run', 'x']];
  for (const args of [...looks, ...asked, ...done]) {
    for (const key of keys(await sandbox.json(args))) expect(DOCS).toContain(`"${key}"`);
  }
  const { values } = await sandbox.json<{ values: Record<string, string> }>(['config']);
  expect(Object.keys(values).length).toBeGreaterThan(5);
  for (const key of Object.keys(values)) expect(DOCS).toContain(`\`${key}\``);
});

it('names every verb of berth host', async () => {
  await using sandbox = createSandbox();
  const { stdout } = await sandbox.berth(['host', '--help']);
  const verbs = (stdout.match(/berth host (.+)/)?.[1]?.match(/[a-z]+/g) ?? []).filter(
    // An example, and what stands behind `code`.
    (word) => word !== 'local' && word !== 'install',
  );
  expect(verbs).toContain('doctor');
  for (const verb of verbs) expect(DOCS).toMatch(new RegExp(`host ${verb}\\b`));
});

it('names every option and command of berthd', async () => {
  await using sandbox = createSandbox();
  const { stdout } = await run([...BERTHD, '--help'], { env: sandbox.env });
  const options = [...stdout.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option]) => option ?? '');
  expect(options.length).toBeGreaterThan(10);
  for (const option of options) {
    expect(OPERATIONS).toContain(`--${option}`);
    if (option !== 'json')
      expect(OPERATIONS).toContain(`BERTHD_${option.toUpperCase().replaceAll('-', '_')}`);
  }
  const [commands = ''] = stdout
    .split('\n\n')
    .filter((part) => part.startsWith('usage:') || part.includes('\nusage:'));
  for (const [, verb] of commands.matchAll(/berthd (?:\[)?([a-z-]+)/g))
    expect(OPERATIONS).toContain(`berthd ${verb}`);
});
