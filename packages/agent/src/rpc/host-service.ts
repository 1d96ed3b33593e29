/** berth.v1.HostService: who the host is, and what is left of it. */
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import type { HostServiceServer } from '@berth/shared/gen/berth/v1/host';
import { encodeHost } from '@berth/shared/wire/host';
import type { Wrapper } from './handler.ts';

export function hostService(options: {
  wrap: Wrapper;
  host: () => Promise<HostSnapshot>;
}): HostServiceServer {
  return { get: options.wrap.unary('Host.Get', async () => ({ host: encodeHost(await options.host()) })) };
}
