/** `berth pool create`: machines that become hosts. Every step can be broken off and run again. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { hostNameProblem } from '../config/host-name.ts';
import { loadProviders, type ProviderConfig } from '../config/providers.ts';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { findProvider, openProviders } from '../providers/open.ts';
import type { Machine, Provider, Work } from '../providers/provider.ts';
import { counted } from '../render/counted.ts';
import { stepLine } from '../render/step-line.ts';
import { bring } from './host-add.ts';
import { eachMachine, type MachineTold } from './pool-each.ts';
import type { PoolArguments } from './pool-flags.ts';

/** From the provider's word that it is there to an sshd that answers. */
const REACHABLE_MS = 90_000;
const AGAIN_MS = 1000;

export async function createMachines({ flags, words }: PoolArguments, context: Context): Promise<number> {
  const provider = findProvider(await openProviders(context), flags.provider);
  const wish = { size: flags.size ?? '', region: flags.region ?? '' };
  return await eachMachine(words, context, (name, work) =>
    createMachine(provider, { name, ...wish }, context, work),
  );
}

export async function createMachine(
  provider: Provider,
  wish: { readonly name: string; readonly size: string; readonly region: string },
  context: Context,
  work: Work,
): Promise<MachineTold> {
  const { name } = wish;
  const problem = hostNameProblem(name);
  if (problem) throw new BerthError('NAME_INVALID', `cannot name a host ${oneLine(name)}: ${problem}`);
  const known = (await context.hosts()).find((host) => host.name === name);
  if (known && known.provider !== provider.name) {
    throw new BerthError(
      'NAME_TAKEN',
      `there is a host ${name} already, and its machine is not of ${provider.name}`,
      {
        hint: 'choose another name, or take it out of the hosts first: berth host remove --keep-agent',
      },
    );
  }
  const machine = await creating(provider, wish, context, work);
  const host = hostOf(machine, { provider, known, config: await configOf(provider, context) });
  await context.trust(host, machine.hostKeys);
  if (known && known.host !== host.host) await context.forget(known);
  const done = await reached(host, work, () => bring(host, context));
  await context.keep(host);
  await context.disconnect(host);
  const { ledger } = await (await context.connect(host)).getHost();
  const slots = Math.floor(ledger.capacityBytes / ledger.defaultSlotBytes);
  return {
    json: {
      ...{
        name,
        provider: provider.name,
        machine_id: machine.id,
        address: machine.address,
        size: host.size ?? '',
      },
      ...{ region: host.region ?? '', slots, capacity_bytes: ledger.capacityBytes, replaced: done.before },
    },
    text: `${name} is ready: ${counted(slots, 'slot')} of ${formatMemory(ledger.defaultSlotBytes)}, at ${machine.address ?? ''}`,
  };
}

async function creating(
  provider: Provider,
  wish: Parameters<Provider['create']>[0],
  { console }: Context,
  { signal }: Work,
): Promise<Machine> {
  using line = stepLine(console, wish.name);
  line.show('creating');
  const progress = (step: string, share?: number) => line.show(step, share);
  return await provider.create(wish, { progress, ...(signal ? { signal } : {}) });
}

/** How the machine is reached: as it says, else as its provider's settings do. */
export function hostOf(
  machine: Machine,
  at: { provider: Provider; known: HostConfig | undefined; config: ProviderConfig | undefined },
): HostConfig {
  const { provider, known, config } = at;
  if (machine.address === null) {
    throw new BerthError('PROVIDER_FAILED', `provider ${provider.name} gave ${machine.name} no address`);
  }
  const optional = {
    user: machine.user ?? config?.user,
    port: machine.port ?? config?.port,
    key: config?.key,
    jumpHost: config?.jumpHost,
    size: machine.size || undefined,
    region: machine.region || undefined,
    price: machine.price ?? undefined,
  };
  const defined = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const before: HostConfig = known ?? {
    ...{ name: machine.name, kind: 'ssh', scope: 'user', enabled: true },
    labels: config?.labels ?? {},
  };
  return { ...before, ...defined, host: machine.address, provider: provider.name };
}

export async function configOf(provider: Provider, { paths }: Context): Promise<ProviderConfig | undefined> {
  const configs = await loadProviders(paths.providersFile, paths);
  return configs.find(({ name }) => name === provider.name);
}

/** A machine that has just come up takes a moment until it lets anybody in. */
export async function reached<T>(host: HostConfig, { signal }: Work, use: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + REACHABLE_MS;
  for (;;) {
    try {
      return await use();
    } catch (error) {
      const early = error instanceof BerthError && error.reason === 'HOST_UNREACHABLE';
      if (!early || performance.now() > deadline || signal?.aborted) {
        throw error instanceof BerthError ? named(error, host) : error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function named(error: BerthError, { name }: HostConfig): BerthError {
  const { reason, message, hint, values } = error;
  const again = reason === 'HOST_UNREACHABLE' ? `run the command again: machine ${name} is there` : hint;
  return new BerthError(reason, message, { hint: again, values: { host: name, ...values }, cause: error });
}
