/** Changes to a YAML list of maps as changes to its text, so that all the rest stays byte for byte. */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function spliced(text: string, splices: readonly Splice[]): string {
  // Of two at one place the first one comes first in the text.
  const last = [...splices].reverse().sort((a, b) => b.from - a.from);
  return last.reduce((out, { from, to, text: put }) => out.slice(0, from) + put + out.slice(to), text);
}

/** Null where the list is not written as lines with dashes. */
export function appendItem(text: string, list: YAMLSeq, fields: object): Splice | null {
  const column = columnOfDashes(text, list);
  if (column === null) return null;
  const lines = stringify(fields, { lineWidth: 0 }).trimEnd().split('\n');
  const block = lines.map((line, at) => `${' '.repeat(column)}${at === 0 ? '- ' : '  '}${line}\n`).join('');
  const at = endOfLine(text, endOf(list));
  const broken = text[at - 1] === '\n' ? '' : '\n';
  return { from: at, to: at, text: broken + block };
}

/** Null where the list is not written as lines with dashes, or would be empty. */
export function removeItem(text: string, list: YAMLSeq, index: number): Splice | null {
  const item = list.items[index];
  if (columnOfDashes(text, list) === null || list.items.length < 2 || !isMap(item)) return null;
  const dash = text.lastIndexOf('-', startOf(item) - 1);
  return { from: startOfLine(text, dash), to: endOfLine(text, endOf(item)), text: '' };
}

/** Sets a field of a map that has at least one. */
export function setField(text: string, item: YAMLMap, [key, value]: readonly [string, unknown]): Splice {
  const put = stringify(value, { lineWidth: 0, collectionStyle: 'flow' }).trimEnd();
  const found = item.get(key, true) as unknown;
  const range = rangeOf(found);
  if (range) {
    const [from, to] = [range[0], endOf(found)];
    return { from, to, text: from === to ? ` ${put}` : put };
  }
  const end = endOf(item);
  if (item.flow) {
    const last = endOf(item.items.at(-1));
    return { from: last, to: last, text: `, ${key}: ${put}` };
  }
  const at = endOfLine(text, end);
  const column = startOf(item) - startOfLine(text, startOf(item));
  const broken = text[at - 1] === '\n' ? '' : '\n';
  return { from: at, to: at, text: `${broken}${' '.repeat(column)}${key}: ${put}\n` };
}

/** True where the text says what the document says. */
export function says(text: string, document: Document, parse: (text: string) => Document): boolean {
  const other = parse(text);
  return other.errors.length === 0 && JSON.stringify(other.toJS()) === JSON.stringify(document.toJS());
}

function columnOfDashes(text: string, list: YAMLSeq): number | null {
  const [first] = list.items;
  if (list.flow || !isMap(first) || !rangeOf(list)) return null;
  const start = startOf(list);
  return text[start] === '-' ? start - startOfLine(text, start) : null;
}

type Range = readonly [number, number, number];

function rangeOf(node: unknown): Range | null {
  return (node as { range?: Range | null } | null | undefined)?.range ?? null;
}

function startOf(node: unknown): number {
  return rangeOf(node)?.[0] ?? 0;
}

/** Where the last written character of a node ends: the range of a block goes on to what follows it. */
function endOf(node: unknown): number {
  if (isPair(node)) return endOf(rangeOf(node.value) ? node.value : node.key);
  if (isCollection(node) && !node.flow && !isAlias(node)) {
    const last = node.items.at(-1);
    if (last !== undefined) return endOf(last);
  }
  return rangeOf(node)?.[1] ?? 0;
}

function startOfLine(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** After the line break; a position after one is at its end already. */
function endOfLine(text: string, at: number): number {
  if (text[at - 1] === '\n') return at;
  const found = text.indexOf('\n', at);
  return found === -1 ? text.length : found + 1;
}
