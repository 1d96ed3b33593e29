/** This machine as a host: scripts run here, in a home of their own. Linux. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RemoteShell } from '../../packages/client/src/hosts/remote-shell.ts';

export interface ShellHere {
  readonly home: string;
  /** Beside this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Nothing of the input arrives but its beginning, and no end of it. */
  readonly breaksOff?: boolean;
  /** Told of each script; it leads a process group. */
  readonly onScript?: (script: ChildProcess) => void;
  readonly onChunk?: (chunk: Buffer) => void;
}

export function shellHere({ home, env: more, breaksOff = false, onScript, onChunk }: ShellHere): RemoteShell {
  const unused = () => Promise.reject(new Error('not used'));
  return {
    run: unused,
    login: unused,
    async feed(script, { args = [], input, onLine }) {
      const env = { ...process.env, HOME: home, ...more };
      const child = spawn('sh', ['-c', script, 'sh', ...args], { env, detached: true });
      onScript?.(child);
      let stderr = '';
      child.stderr.on('data', (data) => (stderr += data));
      child.stdout.on('data', (data) => {
        for (const line of String(data).trim().split('\n')) onLine?.(line);
      });
      child.stdin.on('error', () => {});
      const ended = once(child, 'close');
      for await (const chunk of input ?? []) {
        onChunk?.(Buffer.from(chunk));
        child.stdin.write(breaksOff ? chunk.subarray(0, 10) : chunk);
        if (breaksOff) break;
      }
      if (!breaksOff) child.stdin.end();
      const [code] = await ended;
      return { code: code ?? 1, stderr };
    },
  };
}
