/** For tests: a session in a real tmux, put together from the adapters as the agent does it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPlainUnits } from '../../packages/agent/src/plain/units.ts';
import type { SessionPaths } from '../../packages/agent/src/sessions/ports.ts';
import { createTmuxTerminals } from '../../packages/agent/src/tmux/terminals.ts';
import { createTranscripts } from '../../packages/agent/src/transcript/transcripts.ts';

const asset = (name: string) => path.join(import.meta.dirname, '../../packages/agent/src/tmux', name);

export interface RealSession extends AsyncDisposable {
  readonly id: string;
  readonly paths: SessionPaths;
  readonly units: ReturnType<typeof createPlainUnits>;
  readonly terminals: ReturnType<typeof createTmuxTerminals>;
  readonly transcripts: ReturnType<typeof createTranscripts>;
  /** Waits for the wrapper's record, and for the transcript to be whole. */
  ended(): Promise<{ exitCode: number; endedAt: number }>;
  /** The transcript as a reader gets it. */
  output(): Promise<Buffer>;
}

/** `argv`: as text, or as bytes where a test needs them exact. `base`: where its directories go. */
export async function startRealSession(options: {
  argv: readonly (string | Uint8Array)[];
  env?: Readonly<Record<string, string>>;
  base?: string;
  capBytes?: number;
}): Promise<RealSession> {
  const scratch = mkdtempSync('/tmp/bt-');
  const id = `sess-20261120-083022-${path.basename(scratch).slice(3).toLowerCase()}`;
  const directory = path.join(options.base ?? scratch, id);
  const paths: SessionPaths = {
    directory,
    workspace: path.join(directory, 'workspace'),
    toolDir: path.join(directory, 'tool'),
    statusDir: path.join(directory, 'status'),
    outputDir: path.join(directory, 'output'),
    transcript: path.join(directory, 'transcript'),
    exitFile: path.join(directory, 'exit'),
    argvFile: path.join(directory, 'argv'),
    envFile: path.join(scratch, 'env'),
    tmuxSocket: path.join(scratch, 's'),
  };
  mkdirSync(paths.workspace, { recursive: true });
  const nul = Buffer.from([0]);
  writeFileSync(paths.argvFile, Buffer.concat(options.argv.flatMap((one) => [Buffer.from(one), nul])));
  writeFileSync(path.join(directory, 'exit.tmp'), `${' '.repeat(63)}\n`);
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', BERTH_SESSION_ID: id, ...options.env };
  const entries = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
  writeFileSync(paths.envFile, entries.join(''));

  const units = createPlainUnits();
  const terminals = createTmuxTerminals({
    tmux: 'tmux',
    wrapper: asset('session-run.sh'),
    sink: asset('sink.sh'),
    configFile: asset('tmux.conf'),
  });
  const transcripts = createTranscripts({ capBytes: options.capBytes ?? 2 ** 30, onProblem: () => {} });
  await transcripts.create(paths);
  await units.start({ sessionId: id, paths, memoryBytes: 2 ** 30, ...terminals.server(paths) });
  await terminals.open({ paths, columns: 80, rows: 24 });
  return {
    id,
    paths,
    units,
    terminals,
    transcripts,
    async ended() {
      const record = await eventually('the exit record', () => readExit(paths.exitFile));
      if (!(await transcripts.finish(paths, { timeoutMs: 10_000 })))
        throw new Error('the end marker did not come');
      return record;
    },
    async output() {
      const chunks: Uint8Array[] = [];
      const request = { offset: 0, signal: new AbortController().signal };
      for await (const { data } of transcripts.read(paths, request)) chunks.push(data);
      return Buffer.concat(chunks);
    },
    async [Symbol.asyncDispose]() {
      await units.kill(id, paths);
      rmSync(directory, { recursive: true, force: true });
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Looks until there is something, at most 15 seconds. */
export async function eventually<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}

function readExit(file: string): { exitCode: number; endedAt: number } | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const [code, at] = text.trim().split(' ').map(Number);
  return { exitCode: code ?? -1, endedAt: at ?? 0 };
}
