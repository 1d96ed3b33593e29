/** `berth pool sizes` and `prices`: the tiers, and what providers ask for them. */
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { TIER_NAMES, TIERS } from '../placement/tiers.ts';
import { findProvider, openProviders } from '../providers/open.ts';
import { asBerthError, renderError, worst } from '../render/errors.ts';
import { toJson } from '../render/json.ts';
import { table } from '../render/table.ts';
import type { PoolArguments } from './pool-flags.ts';

export function listSizes(_args: PoolArguments, { console }: Context): Promise<number> {
  const tiers = TIER_NAMES.map((name) => ({ name, ...TIERS[name] }));
  if (console.json) {
    const sizes = tiers.map(({ name, memoryBytes, slots, price }) => ({
      size: name,
      memory_bytes: memoryBytes,
      slots,
      price,
    }));
    console.out(`${toJson({ sizes })}\n`);
  } else {
    const rows = tiers.map(({ name, memoryBytes, slots, price }) => [
      name,
      formatMemory(memoryBytes),
      String(slots),
      `$${price.toFixed(2)}`,
    ]);
    console.out(
      table(
        ['SIZE', 'MEMORY', 'SESSIONS', 'ABOUT/H'].map((title) => ({ title })),
        rows,
        { columns: null },
      ),
    );
  }
  return Promise.resolve(0);
}

/** Those of the providers; without one, what the tiers cost about. */
export async function listPrices({ flags, ...rest }: PoolArguments, context: Context): Promise<number> {
  const { console } = context;
  const all = await openProviders(context);
  const asked =
    flags.provider === undefined
      ? all.filter(({ kind }) => kind === 'exec')
      : [findProvider(all, flags.provider)];
  if (asked.length === 0) return await listSizes({ flags, ...rest }, context);
  const codes: number[] = [];
  const lists = await Promise.all(
    asked.map(async (provider) => {
      try {
        const prices = await provider.price(flags.region ?? '');
        return prices.map((price) => ({ provider: provider.name, ...price }));
      } catch (error) {
        console.err(renderError(error, console));
        codes.push(asBerthError(error).exitCode);
        return [];
      }
    }),
  );
  const prices = lists.flat();
  if (console.json) {
    const rows = prices.map(({ provider, size, region, memoryBytes, perHour }) => ({
      provider,
      size,
      region,
      memory_bytes: memoryBytes,
      price: perHour,
    }));
    console.out(`${toJson({ prices: rows })}\n`);
  } else {
    const rows = prices.map(({ provider, size, region, memoryBytes, perHour }) =>
      [
        provider,
        size,
        region || '-',
        memoryBytes > 0 ? formatMemory(memoryBytes) : '-',
        `$${perHour.toFixed(3)}`,
      ].map(oneLine),
    );
    const titles = ['PROVIDER', 'SIZE', 'REGION', 'MEMORY', 'PRICE/H'].map((title) => ({ title }));
    console.out(table(titles, rows, { columns: null }));
  }
  return worst(codes);
}
