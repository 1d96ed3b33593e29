/** The schema of remotes.yaml. Loaded only where the file is there. */
import { z } from 'zod';
import { hostNameProblem } from './host-name.ts';
import type { HostConfig } from './remotes.ts';
import { invalid, readYaml } from './yaml-file.ts';

const text = z.string({ error: 'must be text' }).min(1, 'must not be empty');
/** Becomes an argument of ssh: a dash in front would make it an option. */
const argument = text.regex(/^[^-\s][^\s]*$/, 'must not begin with a dash or contain white space');
/** Becomes a line of the agent's berthd.env. */
const hostDirectory = text.regex(
  /^~?\/[^\s"'\\\p{Cc}]*$/u,
  'must be a directory of the host, /… or ~/…, without white space, quotes or backslashes',
);
const name = text.superRefine((value, check) => {
  const problem = hostNameProblem(value);
  if (problem) check.addIssue({ code: 'custom', message: `cannot be a host name: ${problem}` });
});

const REMOTE = z.strictObject({
  name,
  host: argument.optional(),
  user: argument.optional(),
  port: z.int({ error: 'must be a whole number from 1 to 65535' }).min(1).max(65_535).optional(),
  key: text.optional(),
  jump_host: argument.optional(),
  sessions_dir: hostDirectory.optional(),
  size: text.optional(),
  region: text.optional(),
  labels: z.record(z.string(), z.string({ error: 'must be text; put it in quotes' })).optional(),
  scope: z.enum(['user', 'system'], { error: 'must be user or system' }).optional(),
  price: z
    .number({ error: 'must be a number of US dollars an hour' })
    .min(0, 'must be a number of US dollars an hour')
    .optional(),
  provider: text.optional(),
  pool: z.boolean({ error: 'must be true or false' }).optional(),
  enabled: z.boolean({ error: 'must be true or false' }).optional(),
});
const FILE = z.strictObject({ remotes: z.array(REMOTE, { error: 'must be a list' }).nullish() });

/** Throws CONFIG_INVALID with file, line and key. */
export function parseRemotes(file: string): HostConfig[] {
  const read = readYaml(file, FILE);
  if (!read) return [];
  const seen = new Set<string>();
  return (read.value.remotes ?? []).map((remote, index) => {
    const at = (key: string) => read.lineOf(['remotes', index, key]);
    if (seen.has(remote.name)) {
      throw invalid(file, at('name'), `remotes[${index}].name: there is another host named ${remote.name}`);
    }
    seen.add(remote.name);
    const isLocal = remote.name === 'local';
    if (!isLocal && remote.host === undefined) {
      throw invalid(file, at('name'), `remotes[${index}].host: missing; it is the address of ${remote.name}`);
    }
    const { jump_host: jumpHost, sessions_dir: sessionsDir, labels, scope, enabled, ...rest } = remote;
    const defined = Object.fromEntries(
      Object.entries({ ...rest, jumpHost, sessionsDir }).filter(([, value]) => value !== undefined),
    );
    return {
      ...(defined as { name: string }),
      kind: isLocal && remote.host === undefined ? 'local' : 'ssh',
      labels: labels ?? {},
      scope: scope ?? 'user',
      enabled: enabled ?? true,
    };
  });
}
