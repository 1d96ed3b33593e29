/** `berth hooks`: into a tool's own settings and out again, as a user sees it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = createSandbox();
  await sandbox.startAgent();
});
afterAll(() => sandbox?.[Symbol.asyncDispose]());

const hooks = (...args: string[]) => sandbox.berth(['hooks', ...args]);

it('says what it did, does it once, and undoes it to the byte', async () => {
  const file = join(sandbox.home, '.claude/settings.json');
  mkdirSync(join(sandbox.home, '.claude'));
  const theirs = '{"model": "large",\n"hooks":{ "Stop":[] } }';
  writeFileSync(file, theirs);
  expect((await hooks('show', 'claude')).stdout).toBe(
    `claude: not installed in ${file}\n  sessions of its preset: wired by themselves\n`,
  );
  expect((await hooks('install', 'claude')).stdout).toMatch(
    /^installed in .*: claude: SessionStart, .*SessionEnd\n$/,
  );
  expect((await hooks('install', 'claude')).stdout).toMatch(/^in .* already: claude: /);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ model: 'large', hooks: { Stop: [{}] } });
  expect((await hooks('remove', 'claude')).stdout).toBe(`claude: removed from ${file}\n`);
  expect(readFileSync(file, 'utf8')).toBe(theirs);
  expect((await hooks('remove', 'claude')).stdout).toBe(`claude: not in ${file}, nothing to remove\n`);
});

it('tells the same as JSON', async () => {
  const shown = await sandbox.json<{ hooks: object[] }>(['hooks']);
  expect(shown.hooks).toHaveLength(5);
  const keys = ['tool', 'supported', 'installed', 'file', 'events', 'note', 'per_session'].sort();
  expect(Object.keys(shown.hooks[0] ?? {}).sort()).toEqual(keys);
  const installed = await sandbox.json(['hooks', 'install', 'codex']);
  expect(installed).toMatchObject({ hooks: { tool: 'codex', installed: true }, changed: true });
  expect(await sandbox.json(['hooks', 'remove', 'codex'])).toMatchObject({ hooks: { installed: false } });
});

it('leaves a broken settings file alone, and says where it is broken', async () => {
  const file = join(sandbox.home, '.gemini/settings.json');
  mkdirSync(join(sandbox.home, '.gemini'));
  writeFileSync(file, '{\n"a":\n');
  const { code, stderr, stdout } = await hooks('install', 'gemini');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/settings\.json:\d: .*\n {2}hint: mend the file/);
  expect(readFileSync(file, 'utf8')).toBe('{\n"a":\n');
  expect((await hooks('show', 'gemini')).stdout).toMatch(/note: cannot be read: line \d/);
});

it.each([
  [['install'], /^berth: hooks install needs a tool\n/],
  [['instal', 'claude'], /has no command instal\n {2}hint: did you mean install\?/],
  [['install', 'aider'], /hooks of aider cannot be installed in its own settings/],
  [['install', 'shell'], /preset shell has no hooks/],
  [['show', 'nobody'], /there is no preset nobody: presets are claude, /],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await hooks(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
