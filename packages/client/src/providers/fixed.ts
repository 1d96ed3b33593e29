/** `static`, the machines of remotes.yaml, and `local`, this one: berth uses them, and makes none. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';
import { priceOf } from '../placement/tiers.ts';
import type { Capability, Machine, Provider } from './provider.ts';

export function fixedProvider(kind: 'static' | 'local', hosts: readonly HostConfig[]): Provider {
  const refuse = (what: Capability) => () => Promise.reject(unsupported(kind, what));
  return {
    name: kind,
    kind,
    capabilities: () => Promise.resolve(new Set<Capability>()),
    list: () => Promise.resolve(hosts.map(machineOf)),
    create: refuse('create'),
    start: refuse('start'),
    stop: refuse('stop'),
    delete: refuse('delete'),
    price: refuse('price'),
    quota: refuse('quota'),
  };
}

function machineOf(host: HostConfig): Machine {
  const { name, size = '', region = '', user = null, port = null } = host;
  // Whether it runs is for its agent to say.
  const known = { id: '', state: 'unknown', hostKeys: [] } as const;
  return { ...known, name, size, region, address: host.host ?? null, user, port, price: priceOf(host) };
}

export function unsupported(provider: string, what: Capability): BerthError {
  const fixed = provider === 'static' || provider === 'local';
  return new BerthError('ARGUMENT_INVALID', `provider ${provider} cannot ${VERBS[what]}`, {
    hint: fixed
      ? 'its machines are your own: see berth host add, and docs/providers.md for providers that make some'
      : 'see docs/providers.md for what its command must know',
    values: { provider },
  });
}

const VERBS: Readonly<Record<Capability, string>> = {
  create: 'create machines',
  start: 'start machines',
  stop: 'stop machines',
  delete: 'delete machines',
  price: 'tell prices',
  quota: 'tell quotas',
};
