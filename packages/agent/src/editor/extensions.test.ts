import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EditorPlace } from '../sessions/editor-port.ts';
import { createExtensions } from './extensions.ts';
import type { FoundEditor } from './installation.ts';
import { PROGRAMS } from './programs.ts';

/**
 * As code-server keeps extensions: one version of each in a directory, with what it depends on. Of `a.gone`
 * it knows nothing.
 */
const PROGRAM = `#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in --extensions-dir) into=$2 ;; --install-extension) what=$2 ;; esac
  shift
done
echo "$what" >>LOG
case $what in *slow) exec sleep 60 ;; esac
case $what in *gone) echo "Extension '$what' not found." >&2; exit 1 ;; esac
id=\${what%@*} version=\${what#$id}
version=\${version#@} version=\${version:-9.9.9}
if [ -e "$into/extensions.json" ]; then echo 'A newer version is already installed.'; exit 0; fi
for one in "$id-$version" a.needed-1.0.0; do mkdir -p "$into/$one"; echo {} >"$into/$one/package.json"; done
entry() { printf '{"identifier":{"id":"%s"},"version":"%s","relativeLocation":"%s-%s"}' "$1" "$2" "$1" "$2"; }
echo "[$(entry "$id" "$version"),$(entry a.needed 1.0.0)]" >"$into/extensions.json"
`;

let scratch: string;
let log: string;
let extensions: ReturnType<typeof createExtensions>;
let options: Parameters<typeof createExtensions>[0];

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'berth-extensions-'));
  log = join(scratch, 'log');
  const program = join(scratch, 'program');
  writeFileSync(program, PROGRAM.replace('LOG', log));
  chmodSync(program, 0o755);
  const [spoken] = PROGRAMS;
  const found = { command: [program], spoken } as unknown as FoundEditor;
  options = {
    directory: join(scratch, 'cache'),
    packages: join(scratch, 'packages'),
    find: async () => found,
    variables: async () => ({ PATH: process.env.PATH ?? '' }),
  };
  extensions = createExtensions(options);
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** For a session: the problems, and what it has, by where it leads. */
async function shared(session: string, wanted: string[]) {
  const own = join(scratch, session);
  mkdirSync(own, { recursive: true });
  const problems = await extensions.share({} as FoundEditor, { extensions: own } as EditorPlace, wanted);
  const index = JSON.parse(readFileSync(join(own, 'extensions.json'), 'utf8')) as {
    relativeLocation: string;
    location: { path: string };
  }[];
  const has = index.map(({ relativeLocation, location }) => [relativeLocation, realpathSync(location.path)]);
  return { problems, has: Object.fromEntries(has) as Record<string, string> };
}
const asked = () => readFileSync(log, 'utf8').trim().split('\n');

test('each is brought once for all sessions, also for those that ask at once', async () => {
  const sessions = ['one', 'two', 'three'];
  const all = await Promise.all(sessions.map((session) => shared(session, ['a.b', 'a.gone'])));
  expect((await shared('later', ['A.B', 'a.gone'])).has).toEqual(all[0]?.has);
  for (const { problems, has } of all) {
    expect(problems).toEqual(["extension a.gone could not be installed: Extension 'a.gone' not found."]);
    expect(has).toEqual(all[0]?.has);
  }
  expect(asked()).toEqual(['a.b', 'a.gone']);
});

test('sessions have the versions that they ask for, side by side, and what comes with them once', async () => {
  const newer = await shared('newer', ['a.b@2.0.0', 'a.c']);
  const older = await shared('older', ['a.b@1.0.0']);
  expect({ newer: newer.problems, older: older.problems }).toEqual({ newer: [], older: [] });
  expect(Object.keys(newer.has).sort()).toEqual(['a.b-2.0.0', 'a.c-9.9.9', 'a.needed-1.0.0']);
  expect(Object.keys(older.has).sort()).toEqual(['a.b-1.0.0', 'a.needed-1.0.0']);
  expect(await extensions.list()).toEqual(['a.b@1.0.0', 'a.b@2.0.0', 'a.c@9.9.9', 'a.needed@1.0.0']);
});

test('one that takes too long is told as such', async () => {
  extensions = createExtensions({ ...options, installMs: 200 });
  const { problems } = await shared('one', ['a.slow']);
  expect(problems).toEqual(['extension a.slow could not be installed: it took longer than 0.2 s']);
});
