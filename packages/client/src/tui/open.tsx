/** Puts the live view on the terminal, and the terminal back to what it was on every way out. */
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import type { Console } from '../render/console.ts';
import { KeyInput } from './key-input.ts';
import { Colors } from './line.tsx';

export interface Screen {
  /** Runs with the terminal as it was before; what is typed goes to whoever reads it. */
  apart<T>(work: () => Promise<T>): Promise<T>;
}

const LEAVE = '\u001b[?2026l\u001b[?1049l\u001b[?25h\u001b[0m';
const WIPE = '\u001b[H\u001b[J';
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Resolves when the person has left. Rejects with what broke it. */
export async function onScreen(console: Console, node: (screen: Screen) => ReactNode): Promise<void> {
  const input = new KeyInput(console.stdin);
  let apart = false;
  let app: Instance | null = null;
  const restore = () => {
    try {
      // Its last words first: they belong on the screen that is left.
      app?.unmount();
      console.stdin.setRawMode?.(false);
      if (!apart) writeSync(1, LEAVE);
    } catch {
      // The terminal is gone: nothing to restore.
    }
  };
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    restore();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtExceptionMonitor', restore);
  process.on('exit', restore);
  let remarks = console.holdRemarks();
  const screen: Screen = {
    apart: async (work) => {
      apart = true;
      input.release();
      remarks[Symbol.dispose]();
      try {
        return await work();
      } finally {
        remarks = console.holdRemarks();
        input.listen();
        apart = false;
      }
    },
  };
  input.listen();
  app = render(<Colors value={console.color}>{node(screen)}</Colors>, {
    stdin: input as unknown as NodeJS.ReadStream,
    stdout: console.stdout as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    incrementalRendering: true,
    alternateScreen: true,
    interactive: true,
    maxFps: 20,
  });
  // Ink first draws what it had for the old size, which a narrower terminal wraps; then it would
  // leave alone every line whose text is the same, wherever the terminal has put it.
  const wipe = () => {
    if (apart) return;
    app?.clear();
    console.stdout.write(WIPE);
  };
  console.stdout.on('resize', wipe);
  input.on('gone', () => app?.unmount());
  try {
    await app.waitUntilExit();
  } finally {
    console.stdout.off('resize', wipe);
    app.unmount();
    input.release();
    remarks[Symbol.dispose]();
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('uncaughtExceptionMonitor', restore);
    process.off('exit', restore);
  }
}
