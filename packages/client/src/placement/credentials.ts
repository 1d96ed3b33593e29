/** Credentials of a coding agent that are set on this machine, and may be sent along with a start. Pure. */
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';

/**
 * What the shipped presets take their credentials from. A host names what its presets take: without a
 * person's yes it gets nothing but these.
 */
export const KNOWN_CREDENTIALS: ReadonlySet<string> = new Set([
  ...['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN', 'CODEX_API_KEY'],
  ...['DEEPSEEK_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY'],
]);

export interface CredentialsHere {
  /** Name of the preset. */
  readonly tool: string;
  readonly here: readonly (readonly [name: string, value: string])[];
  /** They are all among those of the shipped presets. */
  readonly known: boolean;
}

/** `preset`: empty for the first tool that the host has. Null: it takes none that are set here, or one was chosen. */
export function credentialsHere(
  start: {
    readonly preset: string;
    readonly host: Pick<HostSnapshot, 'presets'>;
    /** Variables that the session gets in any case. */
    readonly passed: Readonly<Record<string, string>>;
  },
  env: NodeJS.ProcessEnv,
): CredentialsHere | null {
  const { preset, host, passed } = start;
  const tool = host.presets.find(({ name, available }) =>
    preset === '' ? available && name !== 'shell' : name === preset,
  );
  const takes = tool?.credentials ?? [];
  // Whoever passes one has chosen.
  if (!tool || takes.some((name) => Object.hasOwn(passed, name))) return null;
  const here = takes.flatMap((name) => {
    const value = env[name];
    return value ? [[name, value] as const] : [];
  });
  if (here.length === 0) return null;
  return { tool: tool.name, here, known: here.every(([name]) => KNOWN_CREDENTIALS.has(name)) };
}
