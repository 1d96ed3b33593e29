import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPresetCatalog } from './catalog.ts';
import { parsePreset } from './preset-file.ts';

const PRESETS = path.resolve(import.meta.dirname, '../../presets');
const SHIPPED = Object.fromEntries(
  readdirSync(PRESETS).map((file) => {
    const { name } = path.parse(file);
    return [name, parsePreset(name, readFileSync(path.join(PRESETS, file), 'utf8'), new Map())];
  }),
);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync('/tmp/berth-presets-');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const catalog = () => createPresetCatalog({ shipped: SHIPPED, directory });
const write = (file: string, text: string) => writeFileSync(path.join(directory, file), text);

it('takes every shipped preset', () => {
  const all = catalog().all();
  expect(all.map(({ name }) => name).sort()).toEqual([
    'aider',
    'claude',
    'codex',
    'gemini',
    'opencode',
    'shell',
  ]);
  expect(catalog().warnings()).toEqual([]);
});

it('needs no directory', () => {
  const none = createPresetCatalog({ shipped: SHIPPED, directory: path.join(directory, 'none') });
  expect(none.warnings()).toEqual([]);
});

it('adds and replaces by the files of the user, as they are now', () => {
  const known = catalog();
  write('mine.yaml', 'description: mine\nprogram: mine\ninteractive: { with_prompt: ["{prompt}"] }\n');
  write('claude.yaml', 'extends: claude\ndescription: my claude\nenv: { MODEL: large }\n');
  expect(known.find('mine')).toMatchObject({
    interactive: { withPrompt: ['{prompt}'], withoutPrompt: null },
  });
  const claude = known.find('claude');
  expect(claude).toMatchObject({ description: 'my claude', program: 'claude', env: { MODEL: 'large' } });
  expect(claude?.hooks?.events).toContain('Stop');
  rmSync(path.join(directory, 'mine.yaml'));
  expect(known.find('mine')).toBe(undefined);
  expect(known.warnings()).toEqual([]);
});

describe('a broken file hides no other, and names its line:', () => {
  const BROKEN: [string, string, RegExp][] = [
    ['a.yaml', 'description: a\nprogramm: x\n', /a\.yaml:2: programm: unknown key$/],
    [
      'a.yaml',
      'description: a\nprompts:\n  - pattern: "("\n    kind: input\n    reason: r\n',
      /a\.yaml:3: prompts\[0\]\.pattern: is no regular/,
    ],
    ['a.yaml', 'description: [\n', /a\.yaml:\d: malformed YAML: /],
    ['a.yaml', '- list\n', /a\.yaml:1: must be a mapping/],
    ['a.yaml', '', /a\.yaml:1: description: must be text$/],
    ['a.yaml', 'description: a\nextends: nobody\n', /a\.yaml:2: extends: there is no shipped preset nobody$/],
    ['A b.yaml', 'description: a\n', /A b\.yaml:1: the name of a preset is /],
    ['custom.yaml', 'description: a\n', /custom\.yaml:1: custom is the name for commands/],
    [
      'a.yaml',
      'description: a\nhooks:\n  events: [Stop]\n  session:\n    file: { name: ../x, content: plugin }\n',
      /a\.yaml:5: hooks\.session\.file\.name: must be a plain file name$/,
    ],
    ['a.yaml', `description: ${'a'.repeat(300_000)}`, /a\.yaml:1: is larger than 256 KiB$/],
    [
      'a.yaml',
      'description: a\nmax_turns: { args: ["--turns", "{max_turns}"], most: 0 }\n',
      /a\.yaml:2: max_turns\.most: /,
    ],
  ];
  it.each(BROKEN)('%# %s', (file, text, warning) => {
    const known = catalog();
    write(file, text);
    write('good.yaml', 'description: good\n');
    expect(known.warnings()).toEqual([expect.stringMatching(warning)]);
    expect(known.find('good')).toMatchObject({ description: 'good' });
    expect(known.find('claude')).toBeDefined();
  });
  it('a directory in the place of a file', () => {
    mkdirSync(path.join(directory, 'a.yaml'));
    expect(catalog().warnings()).toEqual([expect.stringMatching(/a\.yaml:1: is no file/)]);
  });
});

/** Lines as the tools show them, with the frame around. */
const SCREENS: [string, string, string][] = [
  ['claude', '│ Do you want to make this edit to notes.md? │', 'permission'],
  ['claude', ' Do you want to proceed?\n ❯ 1. Yes', 'permission'],
  ['claude', ' Is this a project you created or one you trust? (Like your own code', 'permission'],
  ['claude', ' Select login method:', 'input'],
  ['codex', '  Would you like to run the following command?', 'permission'],
  ['gemini', "│ Allow execution of: 'rm'? │", 'permission'],
  ['gemini', '│ Apply this change? │', 'permission'],
  ['aider', "Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: ", 'permission'],
  ['aider', 'Tokens: 1k\n> ', 'input'],
  ['opencode', '△ Permission required', 'permission'],
];

it('waits for no pipe in the place of a file', () => {
  execFileSync('mkfifo', [path.join(directory, 'pipe.yaml')]);
  expect(catalog().warnings()).toEqual([expect.stringMatching(/pipe\.yaml:1: is no file$/)]);
});

it.each(SCREENS)('%s: knows %j', (name, screen, kind) => {
  const found = catalog()
    .prompts(name)
    .find(({ pattern }) => pattern.test(screen));
  expect(found?.kind).toBe(kind);
});

it.each(Object.keys(SHIPPED))('%s: takes no ordinary output for a question', (name) => {
  const ordinary =
    'npm test\n> berth@0.1.0 test\n> vitest\nI asked: do you want to proceed? You said yes.\nDone.';
  const found = catalog()
    .prompts(name)
    .filter(({ pattern }) => pattern.test(ordinary));
  expect(found).toEqual([]);
});

it('knows no questions of an unknown preset', () => expect(catalog().prompts('nobody')).toEqual([]));
