/** The calls of an agent that move work, for tests: real git at one end of them. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Session,
  SessionServiceClient,
  StartRequest,
  type WorkspaceSource,
} from '@berth/shared/gen/berth/v1/session';
import {
  type PullRequest,
  type PushRequest,
  type PushResponse,
  type SnapshotResponse,
  WorkspaceServiceClient,
} from '@berth/shared/gen/berth/v1/workspace';
import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { GIT_ENV } from './git-home.ts';
import { gitRelay } from './git-relay.ts';

const run = promisify(execFile);

type GitCall = ClientDuplexStream<PushRequest | PullRequest, PushResponse>;

export interface WorkspaceCalls extends Disposable {
  /** `git push`; resolves with what git said. */
  push(directory: string, to: { repository: string; upload: string }, ...refspecs: string[]): Promise<string>;
  /** Any git command with the session's repository as `remote` in its arguments. */
  pull(directory: string, session: string, args: (remote: string) => string[]): Promise<string>;
  start(source: WorkspaceSource['source'], argv: readonly string[]): Promise<Session>;
  snapshot(session: string): Promise<SnapshotResponse>;
}

/** `base`: a directory of the test's own. `onBytes` sees what is sent on its way, in bytes so far. */
export function workspaceCalls(
  socket: string,
  base: string,
  onBytes: (sent: number, cut: () => void) => void = () => {},
): WorkspaceCalls {
  const target = [`unix:${socket}`, credentials.createInsecure()] as const;
  const workspace = new WorkspaceServiceClient(...target);
  const session = new SessionServiceClient(...target);

  /** Runs git with a remote whose other end is a call. */
  async function through(
    directory: string,
    call: () => GitCall,
    args: (remote: string) => string[],
  ): Promise<string> {
    await using relay = await gitRelay(mkdtempSync(join(base, 'r')), (caller) => {
      carry(caller, call(), onBytes);
    });
    const { stdout, stderr } = await run('git', args(relay.url), { cwd: directory, env: GIT_ENV });
    return stdout + stderr;
  }

  return {
    push: (directory, open, ...refspecs) =>
      through(
        directory,
        () => {
          const call = workspace.push();
          call.write({ message: { $case: 'open', open: { ...open, ownConnection: false } } });
          return call as unknown as GitCall;
        },
        (remote) => ['push', remote, ...refspecs],
      ),
    pull: (directory, name, args) =>
      through(
        directory,
        () => {
          const call = workspace.pull();
          const open = { session: name, protocol: 'version=2', ownConnection: false };
          call.write({ message: { $case: 'open', open } });
          return call as unknown as GitCall;
        },
        args,
      ),
    start: (source, argv) =>
      new Promise((resolve, reject) =>
        session.start(
          StartRequest.fromPartial({
            requestId: randomUUID(),
            argv: [...argv],
            source: source && { source },
          }),
          (error, { session: started } = { session: undefined }) =>
            started ? resolve(started) : reject(error),
        ),
      ),
    snapshot: (name) =>
      new Promise((resolve, reject) =>
        workspace.snapshot({ session: name }, (error, response) =>
          error ? reject(error) : resolve(response),
        ),
      ),
    [Symbol.dispose]() {
      workspace.close();
      session.close();
    },
  };
}

function carry(caller: Socket, call: GitCall, onBytes: (sent: number, cut: () => void) => void): void {
  let sent = 0;
  caller.on('data', (data: Buffer) => {
    sent += data.length;
    const more = call.write({ message: { $case: 'data', data } });
    onBytes(sent, () => call.cancel());
    if (more) return;
    caller.pause();
    call.once('drain', () => caller.resume());
  });
  caller.on('end', () => call.write({ message: { $case: 'end', end: {} } }));
  caller.on('error', () => call.cancel());
  call.on('data', ({ data }: PushResponse) => caller.write(data));
  call.on('end', () => caller.end());
  call.on('error', () => caller.destroy());
}
