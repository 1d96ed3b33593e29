import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customArgv, hookCommand, type Preset, presetArgv, presetOutfit } from './presets.ts';

const places = { toolDir: '/s/tool', hookScript: "/lib it's/berth-hook.sh" };
const PRESET: Preset = {
  name: 'mine',
  description: 'mine',
  program: 'mine',
  candidate: false,
  interactive: { withPrompt: ['--', '{prompt}'], withoutPrompt: null },
  headless: { withPrompt: ['--go={prompt}', '{prompt_file}'], withoutPrompt: null },
  maxTurns: { args: ['--turns', '{max_turns}'], headlessOnly: true, most: 50 },
  credentials: [],
  skipPermissions: { interactive: ['--freely'], headless: null },
  env: {},
  hooks: {
    events: ['Stop'],
    plugin: '',
    session: {
      file: { name: 'settings.json', content: 'hooks-json' },
      args: ['--settings', '{tool_dir}/settings.json'],
      env: { WHERE: '{tool_dir}/x {unknown}' },
    },
    install: null,
  },
  stopSignal: { withPrompt: 'TERM', withoutPrompt: 'TERM' },
  prompts: [],
  end: 'hook',
};
const bare: Preset = { ...PRESET, hooks: null };
const asked = {
  prompt: 'do it',
  headless: false,
  maxTurns: 0,
  skipPermissions: false,
  program: '/bin/mine',
  places,
};

describe('argv of a preset', () => {
  it('has hooks and turns before the prompt', () => {
    expect(presetArgv(PRESET, { ...asked, headless: true, maxTurns: 7 })).toEqual([
      ...['/bin/mine', '--settings', '/s/tool/settings.json', '--turns', '7'],
      ...['--go=do it', '/s/tool/prompt.txt'],
    ]);
  });

  it('skips permissions where it is told to', () => {
    const argv = presetArgv(bare, { ...asked, skipPermissions: true });
    expect(argv).toEqual(['/bin/mine', '--freely', '--', 'do it']);
  });

  it('has any prompt whole, in one argument, whatever it says', () => {
    const nasty = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('$HOME "\'`x`', '-x', '{prompt_file}', '{max_turns}', "a\nb'c", '$&$1', '\\'),
    );
    fc.assert(
      fc.property(nasty, (prompt) => {
        expect(presetArgv(bare, { ...asked, prompt })).toEqual(['/bin/mine', '--', prompt]);
        expect(presetArgv(bare, { ...asked, prompt, headless: true })[1]).toBe(`--go=${prompt}`);
        expect(customArgv(['x', 'a{prompt}b'], { ...asked, prompt }, places)).toEqual(['x', `a${prompt}b`]);
      }),
    );
  });

  it.each([
    [bare, { headless: false, maxTurns: 5 }, 'MAX_TURNS_UNSUPPORTED', /only when it runs without a person/],
    [{ ...bare, maxTurns: null }, { maxTurns: 5 }, 'MAX_TURNS_UNSUPPORTED', /cannot cap its turns/],
    [bare, { headless: true, maxTurns: 51 }, 'ARGUMENT_INVALID', /at most 50 turns/],
    [{ ...bare, headless: null }, { headless: true }, 'HEADLESS_UNSUPPORTED', /cannot run without a person/],
    [
      bare,
      { headless: true, skipPermissions: true },
      'SKIP_PERMISSIONS_UNSUPPORTED',
      /mine cannot be told to skip its permissions when it runs without a person/,
    ],
    [
      { ...bare, skipPermissions: { interactive: null, headless: null } },
      { skipPermissions: true },
      'SKIP_PERMISSIONS_UNSUPPORTED',
      /mine cannot be told to skip its permissions$/,
    ],
    [
      bare,
      { prompt: '' },
      'ARGUMENT_INVALID',
      /takes a prompt, and none was given, when it runs interactively/,
    ],
  ])('is refused where the preset cannot: %#', (preset, more, reason, message) => {
    const build = () => presetArgv(preset, { ...asked, ...more });
    expect(build).toThrow(message);
    expect(build).toThrow(expect.objectContaining({ reason }));
  });
});

describe('argv of a command', () => {
  it.each([
    [['x'], {}, /no place for the prompt/],
    [['x', '{prompt}'], { prompt: '' }, /wants a prompt/],
    [['x', '{prompt}'], { maxTurns: 3 }, /no place for the number of turns/],
    [['x', '{prompt}', '{max_turns}'], {}, /wants a number of turns/],
  ])('is refused where something is asked of it that it has no place for: %j %j', (argv, more, message) => {
    expect(() => customArgv(argv, { ...asked, ...more }, places)).toThrow(message);
  });
});

describe('the outfit of a session', () => {
  it('has settings with the hooks, the prompt, and what is offered to the environment', () => {
    const argv = presetArgv(PRESET, asked);
    const { files, offered } = presetOutfit(PRESET, { prompt: 'do it', argv }, places);
    expect(files['prompt.txt']).toBe('do it');
    const command = hookCommand('mine', 'session', places.hookScript);
    expect(JSON.parse(files['settings.json'] ?? '')).toEqual({
      hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] },
    });
    expect(offered).toEqual({ BERTH_HOOKED: 'mine', WHERE: '/s/tool/x {unknown}' });
  });

  it('leaves installed hooks at work where the command does not wire its own', () => {
    expect(presetOutfit(PRESET, { prompt: '', argv: ['mine', '-c'] }, places).offered).not.toHaveProperty(
      'BERTH_HOOKED',
    );
  });
});

it('quotes the path of the hook for a shell', () => {
  expect(hookCommand('mine', 'installed', places.hookScript)).toMatch(
    / sh '\/lib it'\\''s\/berth-hook\.sh' mine installed$/,
  );
});
