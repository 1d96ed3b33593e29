/** `berthd`: runs the command line, which is a bundle of its own: only what is loaded later has its code kept. */
import { ownBundles } from '@berth/shared/files/own-bundles';

const argv = process.argv.slice(2);
const { load, keepCode } = ownBundles(process.env, argv[0]);

void load('command-line.cjs', () => import('./command-line.ts')).then(({ runBerthd }) =>
  runBerthd(argv, { onServing: keepCode }),
);
