/**
 * A program in another language, knowing only the .proto files and the socket that `berth tunnel`
 * prints, lists sessions and reads errors, reflection and health.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findProgram, PROTO_DIR, ROOT } from '../support/programs.ts';
import { run } from '../support/running.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

const SCRIPT = resolve(import.meta.dirname, 'python/list_sessions.py');
const SERVICES = [
  ...['Attention', 'Editor', 'Event', 'Hooks', 'Host', 'Port', 'Session', 'Terminal', 'Workspace'],
].map((name) => `berth.v1.${name}Service`);

/** The public protos of reflection and health, as the packages that serve them publish them. */
const PUBLIC_PROTOS = {
  'grpc/reflection/v1/reflection.proto':
    'node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
  'grpc/health/v1/health.proto': 'node_modules/grpc-health-check/proto/health/v1/health.proto',
};

function collectPublicProtos(sandbox: Sandbox): string {
  const directory = join(sandbox.dir, 'protos');
  for (const [name, source] of Object.entries(PUBLIC_PROTOS)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    cpSync(join(ROOT, source), join(directory, name));
  }
  return directory;
}

/** The distribution's Python where the first one on the PATH has no gRPC. */
async function findPython(): Promise<string | null> {
  if (!findProgram('protoc') || !findProgram('grpc_python_plugin')) return null;
  for (const python of ['python3', '/usr/bin/python3']) {
    const { code } = await run([python, '-c', 'import grpc, google.protobuf'], { env: process.env }).catch(
      () => ({ code: 1 }),
    );
    if (code === 0) return python;
  }
  return null;
}

const python = await findPython();
// In CI the packages are installed, so there a lack of them fails.
const skip = !python && !process.env.CI;

test.skipIf(skip)('Python lists sessions through the socket of `berth tunnel`', async () => {
  await using sandbox = createSandbox();
  await sandbox.startAgent();
  const start = ['start', '--preset', 'shell', '--name', 'from-node', '--', 'sleep', '300'];
  const started = await sandbox.berth(start);
  expect(started, started.stderr).toMatchObject({ code: 0 });

  const tunnel = sandbox.spawnBerth(['tunnel', 'local']);
  const [, socket = ''] = await tunnel.waitForText(/^(?:unix:)?(\/\S+\.sock)$/m);
  const argv = [python ?? 'python3', SCRIPT, socket, PROTO_DIR, collectPublicProtos(sandbox)];
  const { code, stdout, stderr } = await run(argv, { env: sandbox.env });
  expect(code, stderr).toBe(0);

  const seen = JSON.parse(stdout);
  expect(seen.sessions).toEqual([
    expect.objectContaining({
      id: expect.stringMatching(/^sess-/),
      name: 'from-node',
      status: 'SESSION_STATUS_RUNNING',
      argv: ['sleep', '300'],
    }),
  ]);
  expect(seen.missing_session).toEqual({ code: 'NOT_FOUND', names_reason: true });
  expect(seen.services).toEqual(expect.arrayContaining(SERVICES));
  expect(Object.keys(seen.methods).sort()).toEqual(SERVICES);
  expect(seen.methods['berth.v1.SessionService']).toEqual(
    expect.arrayContaining(['Get', 'Kill', 'List', 'Release', 'Reserve', 'Start']),
  );
  expect(seen.health).toEqual(Object.fromEntries(['', ...SERVICES].map((name) => [name, 'SERVING'])));
});
