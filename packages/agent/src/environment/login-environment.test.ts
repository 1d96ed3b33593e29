import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLoginEnvironment, parse } from './login-environment.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'be-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function login() {
  const problems: string[] = [];
  const base = { HOME: home, PATH: '/usr/bin:/bin' };
  const onProblem = (message: string) => problems.push(message);
  return { problems, environment: createLoginEnvironment({ shell: '/bin/bash', home, base, onProblem }) };
}

it('is what the login shell says, whatever its start-up files print', async () => {
  writeFileSync(path.join(home, '.profile'), 'echo welcome; export GREETING="two\nlines"\n');
  const { environment, problems } = login();
  expect(await environment.variables()).toMatchObject({ GREETING: 'two\nlines', HOME: home });
  expect(problems).toEqual([]);
});

it('asks again when a start-up file changed', async () => {
  const profile = path.join(home, '.profile');
  writeFileSync(profile, 'export N=1\n');
  const { environment } = login();
  expect((await environment.variables()).N).toBe('1');
  writeFileSync(profile, 'export N=2\n');
  utimesSync(profile, 1, 1);
  expect((await environment.variables()).N).toBe('2');
});

it('finds programs on the login PATH alone', async () => {
  const tool = path.join(home, 'tool');
  writeFileSync(tool, '#!/bin/sh\n');
  writeFileSync(path.join(home, '.profile'), `export PATH=${home}:relative:$PATH\n`);
  const { environment } = login();
  expect(await environment.find('tool')).toBeNull();
  chmodSync(tool, 0o755);
  expect(await environment.find('tool')).toBe(tool);
});

it('falls back to its own environment where the shell cannot be asked', async () => {
  const problems: string[] = [];
  const onProblem = (message: string) => problems.push(message);
  const base = { HOME: home, MINE: 'yes' };
  const environment = createLoginEnvironment({ shell: '/nowhere/sh', home, base, onProblem });
  expect(await environment.variables()).toMatchObject({ MINE: 'yes' });
  expect(problems).toHaveLength(1);
});

it('leaves out what no program could export', () => {
  expect(parse('A=1\0BASH_FUNC_x%%=() { :; }\0=x\0SHLVL=2\0B=c=d\0')).toEqual({ A: '1', B: 'c=d' });
});
