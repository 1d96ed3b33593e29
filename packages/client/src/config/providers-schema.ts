/** The schema of providers.yaml. Loaded only where the file is there. */
import { parseDuration } from '@berth/shared/domain/duration';
import { z } from 'zod';
import { hostNameProblem } from './host-name.ts';
import type { ProviderConfig } from './providers.ts';
import { invalid, readYaml } from './yaml-file.ts';

const text = z.string({ error: 'must be text' }).min(1, 'must not be empty');
/** Becomes an argument of ssh. */
const argument = text.regex(/^[^-\s][^\s]*$/, 'must not begin with a dash or contain white space');
const time = text.refine((value) => (parseDuration(value) ?? 0) > 0, 'must be a time such as 90s or 15m');

const PROVIDER = z.strictObject({
  name: text,
  kind: z.enum(['exec'], { error: 'must be exec' }),
  command: z.array(text, { error: 'must be a list: the program, then its arguments' }).min(1, 'is empty'),
  settings: z.record(z.string(), z.unknown()).optional(),
  timeout: time.optional(),
  size: text.optional(),
  region: text.optional(),
  user: argument.optional(),
  port: z.int({ error: 'must be a whole number from 1 to 65535' }).min(1).max(65_535).optional(),
  key: text.optional(),
  jump_host: argument.optional(),
  labels: z.record(z.string(), z.string({ error: 'must be text; put it in quotes' })).optional(),
});
const FILE = z.strictObject({ providers: z.array(PROVIDER, { error: 'must be a list' }).nullish() });

const TIMEOUT = '15m';
const RESERVED = ['static', 'local'];

/** Throws CONFIG_INVALID with file, line and key. */
export function parseProviders(file: string): ProviderConfig[] {
  const read = readYaml(file, FILE);
  const seen = new Set(RESERVED);
  return (read?.value.providers ?? []).map((provider, index) => {
    const { name, jump_host: jumpHost, timeout = TIMEOUT, settings = {}, labels = {}, ...rest } = provider;
    const problem = seen.has(name) ? `there is another provider named ${name}` : hostNameProblem(name);
    if (problem) {
      throw invalid(
        file,
        read?.lineOf(['providers', index, 'name']) ?? null,
        `providers[${index}].name: ${problem}`,
      );
    }
    seen.add(name);
    const timeoutMs = parseDuration(timeout) ?? 0;
    const all = { ...rest, name, jumpHost, timeoutMs, settings, labels };
    const defined = Object.entries(all).filter(([, value]) => value !== undefined);
    return Object.fromEntries(defined) as unknown as ProviderConfig;
  });
}
