/**
 * Credentials of a coding agent that are set here and were not passed: offered for this one session,
 * never sent unasked. Only names of variables are ever printed.
 */
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { oneLine } from '@berth/shared/domain/text';
import type { HostConfig } from '../config/remotes.ts';
import type { Context } from '../context.ts';
import { confirm } from '../render/picker.ts';

/**
 * What the shipped presets take their credentials from. A host names what its presets take: without a
 * person's yes it gets nothing but these.
 */
export const KNOWN_CREDENTIALS: ReadonlySet<string> = new Set([
  ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN', 'CODEX_API_KEY'],
  ...['DEEPSEEK_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY'],
]);

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
  const known = offer.host.presets.find(({ name, available }) =>
    offer.preset === '' ? available && name !== 'shell' : name === offer.preset,
  );
  const takes = known?.credentials ?? [];
  // Whoever passes one has chosen.
  if (!known || takes.some((name) => Object.hasOwn(offer.passed, name))) return {};
  const here = takes.flatMap((name) => {
    const value = env[name];
    return value ? [[name, value] as const] : [];
  });
  if (here.length === 0) return {};
  if (settings.credentials === 'send' && here.every(([name]) => KNOWN_CREDENTIALS.has(name)))
    return Object.fromEntries(here);
  const names = here.map(([name]) => name);
  const who = oneLine(`${known.name} on ${offer.hostName}`);
  if (console.canAsk && !console.json) {
    const question = oneLine(`${who} takes ${names.join(', ')}; send yours for this session?`);
    return (await confirm(console, question)) ? Object.fromEntries(here) : {};
  }
  const flags = names.map((name) => `--env ${name}`).join(' ');
  if (!console.json)
    console.err(`${oneLine(`berth: ${who} gets no credentials from here; to send them: ${flags}`)}\n`);
  return {};
}
