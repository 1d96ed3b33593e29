/** A client and an agent of versions too far apart: a clear refusal that says which to upgrade. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '@berth/shared/domain/version';
import { SessionState } from '@berth/shared/gen/berth/v1/common';
import { HostServiceGetResponse, HostServiceService } from '@berth/shared/gen/berth/v1/host';
import { ListResponse, Session, SessionServiceService } from '@berth/shared/gen/berth/v1/session';
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/** Something on the agent's socket that answers `list` as an agent of that version would. */
async function agentOfVersion(sandbox: Sandbox, version: string | null, sessions: readonly Session[] = []) {
  const server = new Server();
  const answered: string[] = [];
  server.addService(
    {
      list: SessionServiceService.list,
      get: SessionServiceService.get,
      start: SessionServiceService.start,
    },
    {
      get: (
        call: { sendMetadata(metadata: Metadata): void },
        answer: (error: null, value: object) => void,
      ) => {
        call.sendMetadata(told(version));
        answer(null, { session: sessions[0] });
      },
      list: (
        call: { sendMetadata(metadata: Metadata): void },
        answer: (error: null, value: object) => void,
      ) => {
        call.sendMetadata(told(version));
        answered.push('list');
        answer(null, ListResponse.fromPartial({ sessions: [...sessions] }));
      },
      start: (_call: object, answer: (error: null, value: object) => void) => {
        answered.push('start');
        answer(null, { session: undefined });
      },
    },
  );
  const memory = 64n * 1024n ** 3n;
  const host = { ledger: { capacityBytes: memory, defaultSlotBytes: memory } };
  server.addService(
    { get: HostServiceService.get },
    {
      get: (
        call: { sendMetadata(metadata: Metadata): void },
        answer: (error: null, value: object) => void,
      ) => {
        call.sendMetadata(told(version));
        answer(null, HostServiceGetResponse.fromPartial({ host }));
      },
    },
  );
  mkdirSync(sandbox.runtimeDir, { recursive: true, mode: 0o700 });
  const socket = `unix:${join(sandbox.runtimeDir, 'agent.sock')}`;
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(socket, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    ),
  );
  return { answered, [Symbol.dispose]: () => server.forceShutdown() };
}

function told(version: string | null): Metadata {
  const metadata = new Metadata();
  if (version !== null) metadata.set('berth-version', version);
  metadata.set('berth-host-id', 'some-host');
  return metadata;
}

it.each([
  [
    'from before versions were told',
    null,
    /the agent on local is too old: it is from before versions, this berth is \S+/,
    /upgrade berthd on local/,
  ],
  [
    'of another age',
    '9.0.0',
    /the agent on local is too new: it is 9\.0\.0, this berth is \S+/,
    /upgrade berth on this machine/,
  ],
])('an agent %s', async (_what, version, line, hint) => {
  await using sandbox = createSandbox();
  using _agent = await agentOfVersion(sandbox, version);
  const { code, stderr } = await sandbox.berth(['output', 'sess-20261120-083022-a1b2c3']);
  expect(stderr).toMatch(line);
  expect(code).not.toBe(0);
  const listed = await sandbox.berth(['list']);
  expect(listed.code).toBe(6);
  expect(listed.stderr).toMatch(line);
  const shown = await sandbox.berth(['start', '--', 'true']);
  expect(shown.code).toBe(6);
  expect(shown.stderr).toMatch(/hint: /);
  expect(`${shown.stderr}${stderr}`).toMatch(hint);
});

it('an agent from before sources is never given one that it would leave out', async () => {
  await using sandbox = createSandbox();
  using agent = await agentOfVersion(sandbox, VERSION);
  for (const source of [
    ['--directory', '/tmp'],
    ['--repo', 'https://example.org/x.git'],
  ]) {
    const { code, stderr } = await sandbox.berth(['start', ...source, '--', 'true']);
    expect(stderr).toMatch(/does not know this call: it is older than berth/);
    expect(stderr).toMatch(/hint: berth host upgrade local/);
    expect(code).toBe(6);
  }
  expect(agent.answered).not.toContain('start');
});

it('of an agent from before ports all else is shown, and a forward says what is missing', async () => {
  await using sandbox = createSandbox();
  const id = 'sess-20261120-083022-a1b2c3';
  const session = Session.fromPartial({ id, name: 'old', state: SessionState.RUNNING });
  using _agent = await agentOfVersion(sandbox, VERSION, [session]);
  const shown = await sandbox.berth(['show', 'old']);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatch(new RegExp(`^session +${id}\nname +old\n`));
  expect(shown.stdout).not.toMatch(/^ports/m);
  expect(await sandbox.json(['show', 'old'])).toMatchObject({ ports: null });
  for (const flags of [[], ['--background']]) {
    expect(await sandbox.berth(['forward', 'old', '3000', ...flags])).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(/older than berth .*\n {2}hint: berth host upgrade local\n$/),
    });
  }
});
