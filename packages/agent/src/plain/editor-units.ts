/**
 * Editors without systemd: each a process group of its own, which outlives the agent. They bear their
 * session's mark, so that what ends the session ends them too. There is no cgroup that could hold a limit.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EditorPlace, EditorUnits } from '../sessions/editor-port.ts';
import { type Identity, identityOf, livingOf, send } from './identity.ts';
import {
  allProcesses,
  argumentsOf,
  type Process,
  startedWith,
  usageOf,
  withDescendants,
} from './processes.ts';

/** From SIGTERM to SIGKILL, and to giving up, in ms. */
const GRACE_MS = 5000;
const GONE_MS = 15_000;

/** `runner`: path of editor-run.sh. */
export function createPlainEditorUnits(runner: string): EditorUnits {
  return {
    async start({ place, argv }) {
      const { sessionId, envFile, session, log } = place;
      const args = [runner, envFile, session.workspace, log, ...argv];
      const child = spawn('/bin/bash', args, {
        cwd: session.workspace,
        env: { PATH: process.env.PATH, BERTH_SESSION_ID: sessionId, BERTH_EDITOR_OF: sessionId },
        detached: true,
        stdio: 'ignore',
      });
      await once(child, 'spawn');
      child.unref();
      // The directory that it lies in is gone after a reboot, or cleared.
      writeFileSync(recordFile(place), JSON.stringify(identityOf(child.pid ?? 0)), { mode: 0o600 });
    },

    async alive(place) {
      return main(place) !== null;
    },

    async stop(place) {
      const began = performance.now();
      const first = main(place);
      if (first) send(first.pid, 'SIGTERM');
      for (let pause = 5; ; pause = Math.min(pause * 2, 100)) {
        const left = members(place);
        if (left.length === 0) return;
        const spent = performance.now() - began;
        if (spent > GONE_MS) {
          throw new Error(`its processes do not end: ${left.map(({ pid }) => pid).join(' ')}`);
        }
        // What it left behind was told to end by nobody else.
        if (spent > GRACE_MS || main(place) === null) for (const { pid } of left) send(pid, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    },

    async memory(place) {
      const all = members(place);
      return all.length === 0 ? null : usageOf(all.map(({ pid }) => pid)).memoryBytes;
    },
  };
}

/** The one that it was started as; where the agent died before that was written down, by its arguments. */
function main(place: EditorPlace): Process | null {
  const identity = recorded(place);
  if (identity) return livingOf(identity);
  const leads = ({ pid, leader }: Process) => pid === leader && argumentsOf(pid).includes(place.socket);
  return allProcesses().find((one) => leads(one) && isMarked(one.pid, place)) ?? null;
}

function recordFile({ runtime }: EditorPlace): string {
  return path.join(runtime, 'unit.json');
}

function recorded(place: EditorPlace): Identity | null {
  try {
    return JSON.parse(readFileSync(recordFile(place), 'utf8')) as Identity;
  } catch {
    return null;
  }
}

function members(place: EditorPlace): Process[] {
  const all = allProcesses();
  const roots = all.filter(({ pid }) => isMarked(pid, place)).map(({ pid }) => pid);
  return withDescendants(new Set(roots), all).filter(({ pid }) => pid !== process.pid);
}

function isMarked(pid: number, { sessionId }: EditorPlace): boolean {
  return startedWith(pid, `BERTH_EDITOR_OF=${sessionId}`);
}
