/**
 * Credentials of a coding agent that are set here and were not passed: offered for this one session,
 * never sent unasked. Only names of variables are ever printed.
 */
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { credentialsHere } from '../placement/credentials.ts';
import { confirm } from '../render/picker.ts';

export interface CredentialsOffer {
  /** As it was asked for; empty: the first tool that the host has. */
  readonly preset: string;
  readonly host: Pick<HostSnapshot, 'presets'>;
  /** As the user calls the host. */
  readonly hostName: string;
  /** Variables that the session gets in any case. */
  readonly passed: Readonly<Record<string, string>>;
}

/** The same, of a host that is yet to be asked for its presets; nothing where it does not tell them. */
export async function offeredOn(
  host: HostConfig,
  offer: Omit<CredentialsOffer, 'host' | 'hostName'>,
  context: Context,
): Promise<Record<string, string>> {
  if (context.settings.credentials === 'never') return {};
  // What keeps it from answering is told by the start itself.
  const known = await context
    .connect(host)
    .then((client) => client.getHost())
    .catch(() => null);
  return known ? await offerCredentials({ ...offer, host: known, hostName: host.name }, context) : {};
}

/** The variables to add to those that are passed. */
export async function offerCredentials(
  offer: CredentialsOffer,
  { console, env, settings }: Pick<Context, 'console' | 'env' | 'settings'>,
): Promise<Record<string, string>> {
  if (settings.credentials === 'never') return {};
  const own = credentialsHere(offer, env);
  if (!own) return {};
  const { tool, here } = own;
  if (settings.credentials === 'send' && own.known) return Object.fromEntries(here);
  const names = here.map(([name]) => name);
  const who = oneLine(`${tool} on ${offer.hostName}`);
  if (console.canAsk && !console.json) {
    const question = oneLine(`${who} takes ${names.join(', ')}; send yours for this session?`);
    return (await confirm(console, question)) ? Object.fromEntries(here) : {};
  }
  const flags = names.map((name) => `--env ${name}`).join(' ');
  if (!console.json)
    console.err(`${oneLine(`berth: ${who} gets no credentials from here; to send them: ${flags}`)}\n`);
  return {};
}
