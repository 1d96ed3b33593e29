/** The providers that a user has: `local`, `static`, and those of providers.yaml. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { loadProviders } from '../config/providers.ts';
import type { Context } from '../context.ts';
import { nearest } from '../fleet/nearest.ts';
import { fixedProvider } from './fixed.ts';
import type { Provider } from './provider.ts';

/** Throws CONFIG_INVALID. */
export async function openProviders(context: Context): Promise<readonly Provider[]> {
  const [configs, hosts] = await Promise.all([
    loadProviders(context.paths.providersFile, context.paths),
    context.hosts(),
  ]);
  const made = hosts.filter(({ kind, provider }) => kind === 'ssh' && provider === undefined);
  const fixed = [
    fixedProvider(
      'local',
      hosts.filter(({ kind }) => kind === 'local'),
    ),
    fixedProvider('static', made),
  ];
  if (configs.length === 0) return fixed;
  const { execProvider } = await import('./exec.ts');
  const { console, env } = context;
  const remark = (line: string) => {
    if (!console.json) console.err(`${line}\n`);
  };
  return [...fixed, ...configs.map((config) => execProvider({ config, env, remark }))];
}

/** Throws USAGE where there is none of this name, or several and none was named. */
export function findProvider(providers: readonly Provider[], name: string | undefined): Provider {
  const makers = providers.filter(({ kind }) => kind === 'exec');
  if (name === undefined) {
    if (makers.length === 1 && makers[0]) return makers[0];
    const why =
      makers.length === 0 ? 'there is no provider that makes machines' : 'there are several providers';
    throw new BerthError('USAGE', why, {
      hint:
        makers.length === 0
          ? 'see docs/providers.md, or berth host add for machines that you have'
          : `name one: --provider ${makers.map((one) => one.name).join('|')}`,
    });
  }
  const found = providers.find((provider) => provider.name === name);
  if (found) return found;
  const names = providers.map((provider) => provider.name);
  const close = nearest(name, names);
  throw new BerthError('USAGE', `there is no provider ${name}`, {
    hint: close ? `did you mean ${close}?` : `there are ${names.join(', ')}`,
  });
}
