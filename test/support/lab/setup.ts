/** Around a run of the lab's tests: the base root file system before them, a sweep before and after. */
import { ensureBase } from './base.ts';
import { sweepLabs } from './claim.ts';

export default async function setup(): Promise<() => void> {
  sweepLabs();
  await ensureBase();
  return sweepLabs;
}
