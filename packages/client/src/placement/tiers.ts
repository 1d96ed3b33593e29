/** Sizes of hosts: the tiers, the names under which providers sell them, and what an hour costs about. */
import { GIB } from '@berth/shared/domain/memory';

export const TIER_NAMES = ['s', 'm', 'l', 'xl'] as const;
export type TierName = (typeof TIER_NAMES)[number];

export interface Tier {
  readonly memoryBytes: number;
  /** Sessions of 32 GB. */
  readonly slots: number;
  /** US dollars an hour, about: Linux, on demand, in a US region. `price` in remotes.yaml goes before it. */
  readonly price: number;
}

export const TIERS: Readonly<Record<TierName, Tier>> = {
  s: { memoryBytes: 32 * GIB, slots: 1, price: 0.25 },
  m: { memoryBytes: 64 * GIB, slots: 2, price: 0.5 },
  l: { memoryBytes: 128 * GIB, slots: 4, price: 1.01 },
  xl: { memoryBytes: 256 * GIB, slots: 8, price: 2.02 },
};

/** Names of Azure, AWS and Google for machines of a tier's memory. */
const VM_SIZES: Readonly<Record<TierName, readonly string[]>> = {
  s: [
    'Standard_E4s_v5',
    'Standard_E4as_v5',
    'Standard_D8s_v5',
    'Standard_D8as_v5',
    'r6i.xlarge',
    'r7i.xlarge',
    'm6i.2xlarge',
    'm7i.2xlarge',
    'n2-highmem-4',
    'n2-standard-8',
    'e2-highmem-4',
    'e2-standard-8',
  ],
  m: [
    'Standard_E8s_v5',
    'Standard_E8as_v5',
    'Standard_D16s_v5',
    'Standard_D16as_v5',
    'r6i.2xlarge',
    'r7i.2xlarge',
    'm6i.4xlarge',
    'm7i.4xlarge',
    'n2-highmem-8',
    'n2-standard-16',
    'e2-highmem-8',
    'e2-standard-16',
  ],
  l: [
    'Standard_E16s_v5',
    'Standard_E16as_v5',
    'Standard_D32s_v5',
    'Standard_D32as_v5',
    'r6i.4xlarge',
    'r7i.4xlarge',
    'm6i.8xlarge',
    'm7i.8xlarge',
    'n2-highmem-16',
    'n2-standard-32',
    'e2-highmem-16',
    'e2-standard-32',
  ],
  xl: [
    'Standard_E32s_v5',
    'Standard_E32as_v5',
    'Standard_D64s_v5',
    'Standard_D64as_v5',
    'r6i.8xlarge',
    'r7i.8xlarge',
    'm6i.16xlarge',
    'm7i.16xlarge',
    'n2-highmem-32',
    'n2-standard-64',
  ],
};

const BY_NAME: ReadonlyMap<string, TierName> = new Map(
  TIER_NAMES.flatMap((tier) => [tier, ...VM_SIZES[tier]].map((name) => [name.toLowerCase(), tier] as const)),
);

/** A machine sold with 32 GB has a little less: firmware and kernel take their part. */
const SHARE_OF_WHAT_WAS_SOLD = 7 / 8;

/** The tier of this name, or of a machine that a provider sells under it; null: nobody knows it. */
export function tierNamed(size: string): TierName | null {
  return BY_NAME.get(size.toLowerCase()) ?? null;
}

/** The largest tier that a machine of so much memory makes; null: it is smaller than any. */
export function tierOfMemory(bytes: number): TierName | null {
  const fits = (tier: TierName) => TIERS[tier].memoryBytes * SHARE_OF_WHAT_WAS_SOLD <= bytes;
  return TIER_NAMES.findLast(fits) ?? null;
}

/** US dollars an hour; null: nobody said, neither by `price` nor by a `size` that is known. */
export function priceOf(host: {
  readonly price?: number | undefined;
  readonly size?: string | undefined;
}): number | null {
  if (host.price !== undefined) return host.price;
  const tier = tierNamed(host.size ?? '');
  return tier && TIERS[tier].price;
}

/** `$1.01`; as many digits as tell something. */
export function formatPrice(dollars: number): string {
  return `$${dollars.toFixed(dollars > 0 && dollars < 0.1 ? 3 : 2)}`;
}
