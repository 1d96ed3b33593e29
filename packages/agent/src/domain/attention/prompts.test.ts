import { describe, expect, it } from 'vitest';
import { standingPrompt } from './prompts.ts';

describe('prompts of any program', () => {
  it.each([
    ['Overwrite? [y/N] ', 'asks yes or no'],
    ['Continue (yes/no)? ', 'asks yes or no'],
    ['The authenticity cannot be established (yes/no/[fingerprint])?', 'asks yes or no'],
    ['Are you sure you want to continue connecting (yes/no/[fingerprint])? ', 'asks yes or no'],
    ['[sudo] password for me: ', 'asks for a password'],
    ["Enter passphrase for key '/k': ", 'asks for a password'],
    ['Press any key to continue...', 'waits for a key'],
    ['Do you want to install it?', 'asks a question'],
    ['$ ', null],
    ['password: hunter2 was wrong', null],
    ['42 % done', null],
  ])('%j', (line, reason) => {
    expect(standingPrompt(['before', line, '', ''], [])?.reason ?? null).toBe(reason);
  });

  it('is looked for on the last line alone', () => {
    expect(standingPrompt(['Overwrite? [y/N] y', 'copying'], [])).toBeNull();
  });
});

it('a password that was typed unseen stands on its line for ever, and is no prompt', () => {
  expect(standingPrompt(['[sudo] password for me: ', 'Reading package lists... Done', '$ '], [])).toBeNull();
});

describe('prompts of a tool', () => {
  const tool = [
    { pattern: /^│? *Do you want to proceed\?/, kind: 'permission', reason: 'asks for permission' } as const,
  ];
  const screen = ['│ Bash command', '│ rm -rf build', '│ Do you want to proceed?', '│ ❯ 1. Yes', '│   2. No'];

  it('may stand above a menu', () => {
    expect(standingPrompt(screen, tool)).toEqual({
      kind: 'permission',
      reason: 'asks for permission',
      line: '│ Do you want to proceed?',
      context: '│ Bash command\n│ rm -rf build',
    });
  });

  it('is told from another one of the same words by what stands above it', () => {
    const other = screen.map((line) => line.replace('build', 'dist'));
    expect(standingPrompt(other, tool)?.context).not.toBe(standingPrompt(screen, tool)?.context);
  });

  it('shows no escape sequence of the program', () => {
    expect(standingPrompt(['\x1b[31mSure? [y/n]\x1b[0m'], [])?.line).toBe('Sure? [y/n]');
  });
});
