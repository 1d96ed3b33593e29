/**
 * `exec`: any program that speaks the contract of docs/providers.md. One run for each call, the
 * request as JSON on standard input, answers as lines of JSON on standard output; what it says on
 * standard error is for people.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { ProviderConfig } from '../config/providers.ts';
import { broken, type Operation, type Result, readMessage, readResult } from './exec-messages.ts';
import { unsupported } from './fixed.ts';
import type { Capability, Provider, Work } from './provider.ts';

export interface ExecOptions {
  readonly config: ProviderConfig;
  readonly env: NodeJS.ProcessEnv;
  /** A line that the program said on standard error. */
  readonly remark: (line: string) => void;
}

const VERSION = 1;
/** For what only looks. */
const LOOK_MS = 30_000;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 5000;
const LONGEST_LINE = 16 * 1024 * 1024;

export function execProvider(options: ExecOptions): Provider {
  const { config } = options;
  const { name } = config;
  let known: Promise<ReadonlySet<Capability>> | undefined;
  const capabilities = (work?: Work) => {
    known ??= call(options, { operation: 'describe' }, LOOK_MS, work);
    return known;
  };
  async function able<O extends Capability & Operation>(
    operation: O,
    asked: object,
    work: Work = {},
  ): Promise<Result<O>> {
    if (!(await capabilities(work)).has(operation)) throw unsupported(name, operation);
    const looks = operation === 'price' || operation === 'quota';
    return await call(options, { operation, ...asked }, looks ? LOOK_MS : config.timeoutMs, work);
  }
  return {
    name,
    kind: 'exec',
    capabilities,
    list: (work) => call(options, { operation: 'list' }, LOOK_MS, work),
    create: async ({ size, region, ...wish }, work) => {
      const asked = { ...wish, size: size || config.size || '', region: region || config.region || '' };
      return sameName(await able('create', asked, work), wish.name, name);
    },
    start: async (machine, work) => sameName(await able('start', { name: machine }, work), machine, name),
    stop: async (machine, work) => sameName(await able('stop', { name: machine }, work), machine, name),
    delete: (machine, work) => able('delete', { name: machine }, work),
    price: (region, work) => able('price', { region: region || config.region || '' }, work),
    quota: (region, work) => able('quota', { region: region || config.region || '' }, work),
  };
}

function sameName<T extends { readonly name: string }>(machine: T, asked: string, provider: string): T {
  if (machine.name === asked) return machine;
  throw broken(provider, `it was asked for ${asked}, and answered with ${oneLine(machine.name)}`);
}

async function call<O extends Operation>(
  { config, env, remark }: ExecOptions,
  asked: { operation: O },
  timeoutMs: number,
  { signal, progress }: Work = {},
): Promise<Result<O>> {
  const { name, command, settings } = config;
  const [program = '', ...args] = command;
  const what = `${asked.operation} of provider ${name}`;
  signal?.throwIfAborted();
  // A group of its own: what it started ends with it, and Ctrl-C here is for us to pass on.
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const run = new Ending(child);
  const interrupted = () =>
    run.end(
      new BerthError('INTERRUPTED', `${what} was broken off`, { hint: AGAIN, values: { provider: name } }),
    );
  signal?.addEventListener('abort', interrupted, { once: true });
  const timer = setTimeout(() => {
    const message = `${what} did not end within ${timeoutMs / 1000} s`;
    run.end(new BerthError('DEADLINE', message, { hint: AGAIN, values: { provider: name } }));
  }, timeoutMs);
  let outcome: { result: unknown } | { error: BerthError } | null = null;
  let last = '';
  lines(child.stderr, (line) => {
    last = oneLine(line);
    if (last) remark(`provider ${name}: ${last}`);
  });
  lines(child.stdout, (line) => {
    if (line.trim() === '' || outcome) return;
    try {
      if (line.length > LONGEST_LINE) throw broken(name, 'it printed a line that is too long');
      const message = readMessage(line, name);
      if (message.kind === 'progress') progress?.(oneLine(message.step), message.share);
      else outcome = message.kind === 'error' ? { error: message.error } : { result: message.result };
    } catch (error) {
      run.end(error as BerthError);
    }
  });
  // A program that does not read its input is free to do so.
  child.stdin?.on('error', () => {});
  child.stdin?.end(
    `${JSON.stringify({ version: VERSION, request_id: randomUUID(), provider: name, ...asked, settings })}\n`,
  );
  try {
    const code = await run.over;
    const told = outcome as { result: unknown } | { error: BerthError } | null;
    if (told && 'error' in told) throw told.error;
    if (told && code === 0) return readResult(asked.operation, told.result, name);
    const ended = code === null ? 'was ended by a signal' : `ended with exit code ${code}`;
    const why = told || code !== 0 ? ended : 'ended without an answer';
    throw broken(name, `${asked.operation}: its program ${why}${last ? `: ${last}` : ''}`);
  } catch (error) {
    if (error instanceof BerthError) throw error;
    throw broken(name, `cannot run ${oneLine(program)}: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupted);
  }
}

const AGAIN = 'run the command again: what was begun is found';

/** The end of a program: by itself, or because there is no use in it any more. */
class Ending {
  /** Resolves with its exit code once all it printed has come; rejects where it was ended. */
  readonly over: Promise<number | null>;
  readonly #child: ChildProcess;
  #reason: BerthError | null = null;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.over = new Promise((resolve, reject) => {
      const done = (code: number | null) => (this.#reason ? reject(this.#reason) : resolve(code));
      child.once('error', reject);
      child.once('close', done);
      // What it left in the background may hold its output open for ever.
      child.once('exit', (code) => void setTimeout(() => done(code), LATE_MS).unref());
    });
    this.over.catch(() => {});
  }

  end(reason: BerthError): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#signal('SIGTERM');
    setTimeout(() => this.#signal('SIGKILL'), GRACE_MS).unref();
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

/** From a program's end to the last of its output. */
const LATE_MS = 200;

function lines(stream: NodeJS.ReadableStream | null, each: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', each);
}
