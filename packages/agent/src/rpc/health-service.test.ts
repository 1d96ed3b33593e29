import { on } from 'node:events';
import { HealthService } from '@berth/shared/wire/health';
import {
  type ClientReadableStream,
  credentials,
  makeClientConstructor,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { service as reference } from 'grpc-health-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HealthStatuses, healthService } from './health-service.ts';

interface Client {
  Check: Call;
  List: Call;
  Watch(request: object): ClientReadableStream<unknown>;
  close(): void;
}
type Call = (request: object, answered: (error: ServiceError | null, answer?: unknown) => void) => void;

let health: HealthStatuses;
let server: Server;
let address: string;
beforeEach(async () => {
  health = healthService(['', 'berth.v1.HostService']);
  server = new Server();
  server.addService(HealthService, health.handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  address = `127.0.0.1:${port}`;
});
afterEach(() => server.forceShutdown());

/** Ours, and one that reads the public .proto file. */
describe.each([
  ['our client', HealthService],
  ['any client', reference],
])('%s', (_who, definition) => {
  let client: Client;
  beforeEach(() => {
    const Health = makeClientConstructor(definition, 'Health');
    client = new Health(address, credentials.createInsecure()) as unknown as Client;
  });
  afterEach(() => client.close());

  const ask = (method: 'Check' | 'List', request: object) =>
    new Promise<unknown>((resolve, reject) => {
      client[method](request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });

  it('checks a service, and the whole', async () => {
    health.set('berth.v1.HostService', 'NOT_SERVING');
    expect(await ask('Check', { service: 'berth.v1.HostService' })).toEqual({ status: 'NOT_SERVING' });
    expect(await ask('Check', { service: '' })).toEqual({ status: 'SERVING' });
    await expect(ask('Check', { service: 'berth.v1.Hüte' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: expect.stringContaining('berth.v1.Hüte'),
    });
  });

  it('lists all', async () => {
    health.set('check:journal', 'NOT_SERVING');
    const { statuses } = (await ask('List', {})) as { statuses: object };
    const told = statuses instanceof Map ? [...statuses] : Object.entries(statuses);
    expect(told.map(([name, each]) => [name, each.status ?? each])).toEqual([
      ['', 'SERVING'],
      ['berth.v1.HostService', 'SERVING'],
      ['check:journal', 'NOT_SERVING'],
    ]);
  });

  it('tells watchers what there is now, and each change, of what is not known yet too', async () => {
    const known = client.Watch({ service: '' });
    const later = client.Watch({ service: 'later' });
    known.on('error', () => {});
    later.on('error', () => {});
    const ofKnown = on(known, 'data');
    const ofLater = on(later, 'data');
    const next = async (of: typeof ofKnown) => ((await of.next()).value as [{ status: string }])[0].status;
    expect(await next(ofKnown)).toBe('SERVING');
    expect(await next(ofLater)).toBe('SERVICE_UNKNOWN');
    health.set('', 'SERVING');
    health.set('', 'NOT_SERVING');
    health.set('later', 'SERVING');
    health.set('', 'SERVING');
    expect(await next(ofKnown)).toBe('NOT_SERVING');
    expect(await next(ofKnown)).toBe('SERVING');
    expect(await next(ofLater)).toBe('SERVING');
    known.cancel();
    later.cancel();
  });
});
