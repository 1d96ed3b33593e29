/** berth.v1.HostService: who the host is, what is left of it, and whether it takes new sessions. */
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { HostServiceServer } from '@berth/shared/gen/berth/v1/host';
import { encodeHost } from '@berth/shared/wire/host';
import type { Draining } from '../sessions/draining.ts';
import type { Wrapper } from './handler.ts';
import { requestKey } from './orders.ts';

export function hostService(options: {
  wrap: Wrapper;
  host: () => Promise<HostSnapshot>;
  draining: Draining;
}): HostServiceServer {
  const { wrap, host, draining } = options;
  return {
    get: wrap.unary('Host.Get', async () => ({ host: encodeHost(await host()) })),
    drain: wrap.unary('Host.Drain', async (request, { log }) => {
      const { requestId } = requestKey(request.requestId, {});
      draining.set(request.draining);
      log.info({ request: requestId, draining: request.draining }, 'draining set');
      return { host: encodeHost(await host()) };
    }),
  };
}
