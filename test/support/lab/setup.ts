/**
 * Around a run of the lab's tests: what their hosts are made of, the root file system and the single
 * executables, and a sweep before and after.
 */
import { ensureBase } from './base.ts';
import { sweepLabs } from './claim.ts';
import { ensureRelease } from './release.ts';

export default async function setup(): Promise<() => void> {
  sweepLabs();
  // One waits for packages most of the time, the other one computes.
  await Promise.all([ensureBase(), ensureRelease()]);
  return sweepLabs;
}
