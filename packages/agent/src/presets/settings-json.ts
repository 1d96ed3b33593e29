/** `{"hooks":{EVENT:[{"hooks":[{"type":"command","command":…}]}]}}`, edited in place: comments, order and indent stay. */
import {
  applyEdits,
  type Edit,
  type FormattingOptions,
  findNodeAtLocation,
  getNodeValue,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import {
  HOOK_MARK,
  type HookWiring,
  lineOfOffset,
  SettingsFault,
  type SettingsFormat,
} from './settings-format.ts';

export const settingsJson: SettingsFormat = {
  wired(text, { events, command }) {
    const root = parse(text);
    return events.filter((event) => groupsOf(root, event).some((group) => callsIt(group, command)));
  },
  add(text, wiring) {
    let now = text.trim() === '' ? '{}\n' : text;
    for (const event of wiring.events) now = wire(now, event, wiring);
    return now;
  },
  remove(text) {
    let now = text;
    for (;;) {
      const next = withoutOne(now);
      if (next === null) return now;
      now = next;
    }
  },
};

function wire(text: string, event: string, { command }: HookWiring): string {
  const root = parse(text);
  const groups = groupsOf(root, event);
  if (groups.some((group) => callsIt(group, command))) return text;
  const stale = callsOfOurs(groups)[0];
  if (stale) return edited(text, ['hooks', event, ...stale, 'command'], command);
  const group = { hooks: [{ type: 'command', command }] };
  const there = findNodeAtLocation(root, ['hooks', event]);
  if (!there) return edited(text, ['hooks', event], [group]);
  return edited(text, ['hooks', event, groups.length], group, true);
}

/** Takes one hook of ours out, and what it leaves empty; null: there is none. */
function withoutOne(text: string): string | null {
  const root = parse(text);
  const hooks = findNodeAtLocation(root, ['hooks']);
  const events = hooks?.type === 'object' ? Object.keys(getNodeValue(hooks) as object) : [];
  for (const event of events) {
    const groups = groupsOf(root, event);
    const [found] = callsOfOurs(groups);
    if (!found) continue;
    const [group, , call] = found;
    const alone = callsOf(groups[group] ?? {}).length === 1;
    if (!alone) return edited(text, ['hooks', event, group, 'hooks', call], undefined);
    if (groups.length > 1) return edited(text, ['hooks', event, group], undefined);
    return edited(text, events.length > 1 ? ['hooks', event] : ['hooks'], undefined);
  }
  return null;
}

function parse(text: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text.trim() === '' ? '{}' : text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) throw new SettingsFault(lineOfOffset(text, error.offset), printParseErrorCode(error.error));
  if (root?.type !== 'object') throw new SettingsFault(1, 'it must hold an object');
  const hooks = findNodeAtLocation(root, ['hooks']);
  if (hooks && hooks.type !== 'object')
    throw new SettingsFault(lineOfOffset(text, hooks.offset), '"hooks" must be an object');
  for (const property of hooks?.children ?? []) {
    const [key, value] = property.children ?? [];
    if (value?.type !== 'array' && key)
      throw new SettingsFault(lineOfOffset(text, key.offset), `"hooks.${key.value}" must be a list`);
  }
  return root;
}

interface Group {
  readonly hooks?: unknown;
}

function groupsOf(root: Node, event: string): Group[] {
  const node = findNodeAtLocation(root, ['hooks', event]);
  if (!node) return [];
  const groups: unknown = getNodeValue(node);
  return Array.isArray(groups) ? groups.map((group): Group => Object(group)) : [];
}

function callsOf(group: Group): unknown[] {
  return Array.isArray(group.hooks) ? group.hooks.map((call: unknown) => Object(call).command) : [];
}

function callsIt(group: Group, command: string): boolean {
  return callsOf(group).includes(command);
}

/** Where ours are, below the event. */
function callsOfOurs(groups: readonly Group[]): [number, 'hooks', number][] {
  return groups.flatMap((group, i) =>
    callsOf(group).flatMap((command, j): [number, 'hooks', number][] =>
      typeof command === 'string' && command.includes(HOOK_MARK) ? [[i, 'hooks', j]] : [],
    ),
  );
}

function edited(text: string, path: JSONPath, value: unknown, isArrayInsertion = false): string {
  const edits: Edit[] = modify(text, path, value, { formattingOptions: styleOf(text), isArrayInsertion });
  return applyEdits(text, edits);
}

/** As the file is written already; else two spaces. */
function styleOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}
