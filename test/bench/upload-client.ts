/**
 * Brings a repository to the host `dev` each time it is told to, and tells how many ms that took: a
 * process of its own, as `berth start` is one. Starting git takes longer the more memory its parent holds.
 */
import { PassThrough } from 'node:stream';
import { openContext } from '../../packages/client/src/open-context.ts';
import { createConsole } from '../../packages/client/src/render/console.ts';
import { takeRepository } from '../../packages/client/src/workspace/take-repository.ts';

const [directory = ''] = process.argv.slice(2);
const { env } = process;
const console = createConsole({
  stdin: () => new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env,
  noColor: true,
  json: false,
});
await using context = await openContext({ console, env });
const dev = (await context.hosts()).find(({ name }) => name === 'dev');
if (!dev) throw new Error('there is no host dev');
const client = await context.connect(dev);
await client.getHost();

/** From nothing at hand to all of it there: looking, the scan for secrets, and the push. */
async function bring(): Promise<number> {
  const began = performance.now();
  const parcel = await takeRepository({
    ...{ directory, env, spare: null, cacheDir: context.paths.cacheDir },
    branch: undefined,
    clean: false,
    note: () => {},
    secrets: async () => Promise.reject(new Error('there are no secrets in it')),
  });
  if (!parcel) throw new Error('there is no repository');
  await using held = parcel;
  await held.bring(client, { signal: new AbortController().signal, progress: () => {} });
  return performance.now() - began;
}

const over = Promise.withResolvers<void>();
process.on('disconnect', () => over.resolve());
process.on('message', () => void bring().then((ms) => process.send?.(ms), over.reject));
process.send?.('ready');
await over.promise;
