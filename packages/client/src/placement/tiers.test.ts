import { GIB } from '@berth/shared/domain/memory';
import { expect, test } from 'vitest';
import { formatPrice, priceOf, TIER_NAMES, TIERS, tierNamed, tierOfMemory } from './tiers.ts';

test('a slot for each 32 GB, and the price with it', () => {
  for (const name of TIER_NAMES) {
    const { memoryBytes, slots, price } = TIERS[name];
    expect(memoryBytes).toBe(slots * 32 * GIB);
    expect(Math.abs(price / slots - 0.25)).toBeLessThan(0.01);
  }
});

test('names of providers are known in any case', () => {
  expect(['standard_e16S_V5', 'r6i.4xlarge', 'n2-highmem-16', 'L'].map(tierNamed)).toEqual([
    'l',
    'l',
    'l',
    'l',
  ]);
  expect(['', 'xxl', 'constructor', 't3.nano'].map(tierNamed)).toEqual([null, null, null, null]);
});

test('memory makes a tier, what firmware takes left aside', () => {
  const tiers = [27, 28, 31, 62, 125, 250, 1024].map((gib) => tierOfMemory(gib * GIB));
  expect(tiers).toEqual([null, 's', 's', 'm', 'l', 'xl', 'xl']);
});

test('what somebody said goes before what is usual; nobody guesses', () => {
  expect([
    priceOf({ size: 'l' }),
    priceOf({ size: 'l', price: 0 }),
    priceOf({ price: 3 }),
    priceOf({}),
  ]).toEqual([1.01, 0, 3, null]);
  expect(priceOf({ size: 'huge' })).toBeNull();
  expect([1.005, 0.02, 0].map(formatPrice)).toEqual(['$1.00', '$0.020', '$0.00']);
});
