/** Which versions of client and agent work together. */

/** The version of both programs; one for the whole repository. */
export const VERSION = '0.1.0';

export type Compatibility = 'ok' | 'agent-too-old' | 'agent-too-new';

/**
 * Same major version, and minor versions at most one apart. An unreadable version is one from
 * before versions were told, thus too old.
 */
export function compatibility(client: string, agent: string): Compatibility {
  const own = parse(client);
  const other = parse(agent);
  if (!own || !other) return 'agent-too-old';
  if (own.major !== other.major) return own.major > other.major ? 'agent-too-old' : 'agent-too-new';
  if (own.minor - other.minor > 1) return 'agent-too-old';
  if (other.minor - own.minor > 1) return 'agent-too-new';
  return 'ok';
}

function parse(version: string): { major: number; minor: number } | null {
  const match = /^(\d+)\.(\d+)\.\d+/.exec(version);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : null;
}
