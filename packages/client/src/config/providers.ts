/** Where machines come from: providers.yaml. */
import { existsSync } from 'node:fs';
import { parsedOnce } from './parsed-cache.ts';

export interface ProviderConfig {
  readonly name: string;
  readonly kind: 'exec';
  /** The program and its arguments, as they are. */
  readonly command: readonly string[];
  /** For the program alone. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** For what changes a machine. */
  readonly timeoutMs: number;
  /** Where nothing else is asked for. */
  readonly size?: string;
  readonly region?: string;
  /** How its machines are reached, as in remotes.yaml. */
  readonly user?: string;
  readonly port?: number;
  readonly key?: string;
  readonly jumpHost?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Throws CONFIG_INVALID; there are none without a file. */
export async function loadProviders(file: string, options: { cacheDir: string }): Promise<ProviderConfig[]> {
  if (!existsSync(file)) return [];
  const parse = async () => (await import('./providers-schema.ts')).parseProviders(file);
  return await parsedOnce(file, { cacheDir: options.cacheDir, parse });
}
