import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { SettingsFault, type SettingsFormat } from './settings-format.ts';
import { settingsJson } from './settings-json.ts';
import { settingsPlugin } from './settings-plugin.ts';
import { settingsToml } from './settings-toml.ts';

const SCRIPT = '/state/lib/berth-hook.sh';
const wiring = {
  events: ['SessionStart', 'Stop'],
  command: `sh '${SCRIPT}' claude installed`,
  argv: ['sh', SCRIPT, 'codex', 'installed'],
  plugin: '// Written by Berth\n',
};

function twice(format: SettingsFormat, text: string): string {
  const added = format.add(text, wiring);
  expect(format.add(added, wiring)).toBe(added);
  expect(format.wired(added, wiring)).toEqual(wiring.events);
  return added;
}

describe('JSON settings', () => {
  const THEIRS = `{
    // mine
    "model": "large",   "zeta": [1,2],
    "hooks": {
        "Stop": [{ "matcher": "", "hooks": [{ "type": "command", "command": "say done" }] }],
        "PreToolUse": []
    },
    "alpha": 1
}
`;
  it('keeps order, comments, indent and the hooks of others', () => {
    const added = twice(settingsJson, THEIRS);
    const lines = added.split('\n');
    for (const line of THEIRS.split('\n').filter(
      (one) => !one.includes('"Stop"') && one !== '        "PreToolUse": []',
    ))
      expect(lines).toContain(line);
    expect(parseJsonc(added).hooks.Stop).toHaveLength(2);
    expect(parseJsonc(added).hooks.Stop[0].hooks[0].command).toBe('say done');
    expect(parseJsonc(settingsJson.remove(added))).toEqual(parseJsonc(THEIRS));
  });
  it('brings an older installation up to date', () => {
    const old = settingsJson.add('{}', {
      ...wiring,
      command: "sh '/old/lib/berth-hook.sh' claude installed",
    });
    expect(settingsJson.wired(old, wiring)).toEqual([]);
    expect(twice(settingsJson, old)).toBe(settingsJson.add('{}', wiring));
  });
  it('makes a file where there is none, and leaves an empty object', () => {
    expect(JSON.parse(settingsJson.remove(twice(settingsJson, '')))).toEqual({});
  });
  it.each([
    ['{\n  "a": 1,,\n}', 2],
    ['[]', 1],
    ['{\n"hooks": []}', 2],
    ['{\n"hooks": {\n"Stop": {}}}', 3],
  ])('refuses %j', (text, line) => {
    for (const act of [() => settingsJson.add(text, wiring), () => settingsJson.remove(text)])
      expect(act).toThrow(expect.objectContaining({ constructor: SettingsFault, line }));
  });
  it('takes out what it put in, whatever else there is', () => {
    const groups = fc.array(
      fc.record({ hooks: fc.array(fc.record({ type: fc.constant('command'), command: fc.string() })) }),
    );
    const settings = fc.record(
      { hooks: fc.dictionary(fc.constantFrom('Stop', 'SessionStart', 'X'), groups), other: fc.jsonValue() },
      { requiredKeys: ['other'] },
    );
    fc.assert(
      fc.property(settings, fc.constantFrom(0, 2, 4, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const removed = JSON.parse(settingsJson.remove(settingsJson.add(text, wiring)));
        // An empty table of hooks is as good as none.
        const norm = (one: object) => JSON.parse(JSON.stringify({ hooks: {}, ...one }));
        const filled = Object.fromEntries(
          Object.entries(norm(value).hooks).filter(([, list]) => (list as unknown[]).length > 0),
        );
        const left = Object.fromEntries(
          Object.entries(norm(removed).hooks).filter(([, list]) => (list as unknown[]).length > 0),
        );
        expect({ ...norm(removed), hooks: left }).toEqual({ ...norm(value), hooks: filled });
      }),
    );
  });
});

describe('TOML settings', () => {
  it('puts the line before all tables, and nothing else moves', () => {
    const theirs = '# mine\nmodel = "o3"   # large\n\n[tui]\nnotifications = true\n';
    const added = twice(settingsToml, theirs);
    expect(added).toBe(`notify = ${JSON.stringify(wiring.argv)}\n${theirs}`);
    expect(parseToml(added).notify).toEqual(wiring.argv);
    expect(settingsToml.remove(added)).toBe(theirs);
  });
  it.each([
    'a = 1\nnotify = ["say", "it is \\"done\\""]\nb = 2\n',
    'a = 1\nnotify = [\n  "say", # loudly\n  "it is \\"done\\""\n]\nb = 2\n',
    'a = 1\n"notify" = [ "say", \'it is "done"\' ]\nb = 2\n',
  ])('calls the program that is there already: %j', (theirs) => {
    const added = twice(settingsToml, theirs);
    const notify = parseToml(added).notify as string[];
    expect(parseToml(added)).toEqual({ a: 1, notify, b: 2 });
    expect(notify.slice(-2)).toEqual(['say', 'it is "done"']);
    expect(settingsToml.remove(added)).toBe('a = 1\nnotify = ["say","it is \\"done\\""]\nb = 2\n');
  });
  it('hands the payload to both', () => {
    const added = settingsToml.add('notify = ["printf", "<%s>", "a b"]\n', {
      ...wiring,
      argv: ['sh', `${import.meta.dirname}/berth-hook.sh`, 'codex', 'installed'],
    });
    const [program = '', ...args] = parseToml(added).notify as string[];
    const payload = '{"type":"agent-turn-complete","say":"it\'s $HOME"}';
    expect(execFileSync(program, [...args, payload], { encoding: 'utf8', env: {} })).toBe(
      `<a b><${payload}>`,
    );
  });
  it.each([
    ['a = 1\nb = \n', 2],
    ['notify = "say"\n', 1],
  ])('refuses %j', (text, line) => {
    expect(() => settingsToml.add(text, wiring)).toThrow(expect.objectContaining({ line }));
  });
});

describe('a plugin', () => {
  it('is a file of its own', () => {
    expect(settingsPlugin.remove(twice(settingsPlugin, ''))).toBe('');
  });
  it('takes the place of no other file', () => {
    expect(() => settingsPlugin.add('export default 1', wiring)).toThrow(SettingsFault);
    expect(settingsPlugin.remove('export default 1')).toBe('export default 1');
  });
});
