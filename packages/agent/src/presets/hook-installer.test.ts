import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPresetCatalog } from './catalog.ts';
import { createHookInstaller } from './hook-installer.ts';
import { parsePreset } from './preset-file.ts';

const PRESETS = path.resolve(import.meta.dirname, '../../presets');
const shipped = Object.fromEntries(
  readdirSync(PRESETS).map((file) => {
    const { name } = path.parse(file);
    return [name, parsePreset(name, readFileSync(path.join(PRESETS, file), 'utf8'), new Map())];
  }),
);
let home: string;
beforeEach(() => {
  home = mkdtempSync('/tmp/berth-hooks-');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const installer = (env: Record<string, string> = {}) =>
  createHookInstaller({
    catalog: createPresetCatalog({ shipped, directory: path.join(home, 'none') }),
    hookScript: path.join(home, 'lib/berth-hook.sh'),
    home,
    environment: async () => env,
    directory: path.join(home, 'state/hooks'),
  });
function settings(name: string, text: string): string {
  const file = path.join(home, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const THEIRS: [string, string, string][] = [
  ['claude', '.claude/settings.json', '{"model":"x"   ,"hooks":{"Stop":[]}}'],
  ['gemini', '.gemini/settings.json', '{\n\t"a": 1, // b\n}\r\n'],
  ['codex', '.codex/config.toml', 'notify = [ "say" ,"it" ] # mine\n[a]\nb=1'],
];

it.each(THEIRS)('%s: in, twice, and out again to the byte', async (tool, name, text) => {
  const file = settings(name, text);
  const hooks = installer();
  expect(await hooks.install(tool)).toMatchObject({ changed: true, hooks: { installed: true, file } });
  const installed = readFileSync(file, 'utf8');
  expect(await hooks.install(tool)).toMatchObject({ changed: false });
  expect(readFileSync(file, 'utf8')).toBe(installed);
  expect(await hooks.remove(tool)).toMatchObject({ changed: true, hooks: { installed: false, events: [] } });
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(await hooks.remove(tool)).toMatchObject({ changed: false });
  expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
});

it.each(['claude', 'codex', 'gemini', 'opencode'])(
  '%s: a file that was not there is gone again',
  async (tool) => {
    const { hooks } = await installer().install(tool);
    expect(statSync(hooks.file).mode & 0o777).toBe(0o600);
    await installer().remove(tool);
    expect(existsSync(hooks.file)).toBe(false);
  },
);

it('keeps what was changed since', async () => {
  const file = settings('.claude/settings.json', '{"a":1}');
  await installer().install('claude');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"a": ?1/, '"a": 2'));
  await installer().remove('claude');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ a: 2 });
});

it('keeps link and mode', async () => {
  const real = settings('dotfiles/claude.json', '{}');
  chmodSync(real, 0o640);
  mkdirSync(path.join(home, '.claude'));
  const link = path.join(home, '.claude/settings.json');
  symlinkSync(real, link);
  await installer().install('claude');
  expect(readFileSync(real, 'utf8')).toContain('berth-hook.sh');
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(readFileSync(link, 'utf8')).toBe(readFileSync(real, 'utf8'));
});

it('leaves a broken file as it is, and says where', async () => {
  const file = settings('.claude/settings.json', '{\n  "a": \n}');
  for (const change of [installer().install('claude'), installer().remove('claude')]) {
    await expect(change).rejects.toMatchObject({
      reason: 'SETTINGS_INVALID',
      message: expect.stringContaining(`${file}:3: `),
    });
  }
  expect(readFileSync(file, 'utf8')).toBe('{\n  "a": \n}');
  const [shown] = await installer().show('claude');
  expect(shown).toMatchObject({ installed: false, note: expect.stringMatching(/^cannot be read: line 3/) });
});

it('follows the variable that moves a tool, and shows what can be had', async () => {
  const moved = path.join(home, 'elsewhere');
  const all = await installer({ CLAUDE_CONFIG_DIR: moved }).show('');
  expect(all.find(({ tool }) => tool === 'claude')).toMatchObject({
    file: path.join(moved, 'settings.json'),
  });
  expect(all.find(({ tool }) => tool === 'gemini')).toMatchObject({ supported: true, perSession: false });
  expect(all.map(({ tool }) => tool)).not.toContain('shell');
  const [opencode] = await installer({ XDG_CONFIG_HOME: moved }).show('opencode');
  expect(opencode?.file).toBe(path.join(moved, 'opencode/plugins/berth.js'));
});

it.each([
  ['aider', 'HOOKS_UNSUPPORTED'],
  ['shell', 'HOOKS_UNSUPPORTED'],
  ['nobody', 'PRESET_UNKNOWN'],
])('%s: %s', async (tool, reason) => {
  await expect(installer().install(tool)).rejects.toMatchObject({ reason });
});
