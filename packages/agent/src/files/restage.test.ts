import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Live } from '../domain/session.ts';
import { createSessionFiles } from './session-files.ts';

const SESSION = { id: 'sess-20261120-083022-a1b2c3', spec: { argv: ['echo', 'a b'] } } as unknown as Live;
const LAUNCH = {
  env: {},
  toolFiles: {},
  prelude: [],
  layOut: async (workspace: string) => void mkdirSync(workspace),
};

let base: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'bf-'));
  for (const name of ['sessions', 't', 'env']) mkdirSync(path.join(base, name));
});
afterEach(() => rmSync(base, { recursive: true }));

const filesOf = () =>
  createSessionFiles({
    directory: path.join(base, 'sessions'),
    socketDirectory: path.join(base, 't'),
    secretDirectory: path.join(base, 'env'),
  });

/** What a power cut can leave of a session that was staged a moment before. */
it.each([
  ['everything', (own: string) => writeFileSync(path.join(own, 'argv'), 'echo\0a b\0')],
  ['an empty argv', (own: string) => writeFileSync(path.join(own, 'argv'), '')],
  ['nothing', (own: string) => rmSync(own, { recursive: true })],
  ['an end of the life before', (own: string) => writeFileSync(path.join(own, 'exit'), '143 5 stopped\n')],
])('lays out a launch again where there is %s', async (_what, leave) => {
  const files = filesOf();
  const own = files.paths(SESSION.id).directory;
  mkdirSync(own);
  leave(own);
  await files.restage(SESSION, { ...LAUNCH, env: { A: '1' }, toolFiles: { 'prompt.txt': 'do it' } });
  await files.adopt(SESSION.id);
  expect(readFileSync(path.join(own, 'argv'), 'utf8')).toBe('echo\0a b\0');
  expect(readFileSync(files.paths(SESSION.id).envFile, 'utf8')).toBe('A=1\0');
  expect(readFileSync(path.join(own, 'tool/prompt.txt'), 'utf8')).toBe('do it');
  expect(await files.exitRecord(SESSION.id)).toBe(null);
  expect(await files.begun(SESSION.id)).toBe(false);
  expect(readdirSync(own)).toEqual(expect.arrayContaining(['exit.tmp', 'output', 'status', 'workspace']));
});

it('takes what was staged and never adopted', async () => {
  const files = filesOf();
  const staged = path.join(base, 'sessions', `.new-${SESSION.id}`);
  mkdirSync(path.join(staged, 'workspace'), { recursive: true });
  writeFileSync(path.join(staged, 'workspace', 'kept'), '');
  await files.restage(SESSION, LAUNCH);
  expect(readdirSync(files.paths(SESSION.id).workspace)).toEqual(['kept']);
});

it('tells of a directory of the user that is gone', async () => {
  const files = filesOf();
  const mine = path.join(base, 'mine');
  mkdirSync(mine);
  const layOut = async (workspace: string) => symlinkSync(mine, workspace);
  mkdirSync(files.paths(SESSION.id).directory);
  await files.restage(SESSION, { ...LAUNCH, layOut });
  await files.adopt(SESSION.id);
  rmSync(mine, { recursive: true });
  await files.restage(SESSION, { ...LAUNCH, layOut });
  await expect(files.adopt(SESSION.id)).rejects.toThrow(`no session can work in ${mine}: it is gone`);
});

it('no name in its directory leads what is swept away out of it', async () => {
  const files = filesOf();
  for (const name of ['.gone-..', '.new-..']) mkdirSync(path.join(base, 'sessions', name));
  mkdirSync(path.join(base, 'sessions', `.gone-${SESSION.id}`));
  expect(await files.leftovers(() => true)).toEqual([SESSION.id]);
  await files.sweep(() => false);
  expect(readdirSync(base).sort()).toEqual(['env', 'sessions', 't']);
});
