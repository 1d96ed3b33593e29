/** Help texts. Pure. */
import { CATALOG, type Entry, GROUPS } from './catalog.ts';
import { type AnyCommand, type Flags, GLOBAL_FLAGS } from './command.ts';

export function overview(): string {
  const left = ({ name, alias }: Entry) => (alias ? `${name}, ${alias}` : name);
  const width = Math.max(...CATALOG.map((entry) => left(entry).length));
  const groups = GROUPS.map((group) => {
    const entries = CATALOG.filter((entry) => entry.group === group);
    const rows = entries.map((entry): [string, string] => [left(entry).padEnd(width), entry.describe]);
    return `${group}:\n${columns(rows)}`;
  });
  return `berth runs long-lived work in terminal sessions on your hosts, and loses none.

usage: berth COMMAND [ARGUMENT…]

${groups.join('\n')}
Each command has --help. Try: berth start -- bash -c 'echo hello; sleep 60'
`;
}

export function commandHelp(name: string, command: AnyCommand): string {
  const own = flagRows(command.flags);
  return `${command.describe}

usage: berth ${name}${command.usage ? ` ${command.usage}` : ''}

${own.length > 0 ? `flags:\n${columns(own)}\n` : ''}everywhere:
${columns(flagRows(GLOBAL_FLAGS))}
example: ${command.example}
`;
}

function flagRows(flags: Flags): [string, string][] {
  return Object.entries(flags).map(([name, spec]) => {
    const value = spec.type === 'boolean' ? '' : ` ${spec.choices?.join('|') ?? spec.value ?? 'TEXT'}`;
    const short = spec.short ? `-${spec.short}, ` : '';
    return [
      `${short}--${name}${value}`,
      spec.type === 'list' ? `${spec.describe} (repeatable)` : spec.describe,
    ];
  });
}

function columns(rows: readonly [string, string][]): string {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}
