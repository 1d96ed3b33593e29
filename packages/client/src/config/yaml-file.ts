/** YAML files checked against a schema; every error names file, line and key. Loaded late. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BerthError } from '@berth/shared/domain/berth-error';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../fleet/nearest.ts';

/** Null for a file that is not there. Throws CONFIG_INVALID. */
export function readYaml<T>(file: string, schema: z.ZodType<T>): { value: T; lineOf: LineOf } | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw invalid(file, null, `cannot read it: ${(error as Error).message}`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [fault] = document.errors;
  if (fault) throw invalid(file, lineCounter.linePos(fault.pos[0]).line, `malformed YAML: ${fault.message}`);
  const lineOf: LineOf = (keys) => {
    // The key itself where it is there, else what is around it.
    for (let depth = keys.length; depth >= 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true) as
        | { range?: [number, number, number] }
        | undefined;
      if (node?.range) return lineCounter.linePos(node.range[0]).line;
    }
    return 1;
  };
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (parsed.success) return { value: parsed.data, lineOf };
  const { issues } = parsed.error;
  // A key that is misspelled is missing, too: what it is called explains both.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) throw invalid(file, null, 'it does not fit the schema');
  const keys = issue.path.filter((key) => typeof key !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0] ?? '';
    const known = knownKeys(schema, keys);
    const close = nearest(unknown, known);
    const advice = close ? `, did you mean ${close}?` : `; keys are ${known.join(', ')}`;
    const at = keyLine(document, { keys, unknown, lineCounter }) ?? lineOf([...keys, unknown]);
    throw invalid(file, at, `${spelled([...keys, unknown])}: unknown key${advice}`);
  }
  throw invalid(file, lineOf(keys), `${spelled(keys)}: ${issue.message}`);
}

export type LineOf = (keys: readonly (string | number)[]) => number;

export function invalid(file: string, line: number | null, message: string): BerthError {
  const where = line === null ? path.basename(file) : `${path.basename(file)}:${line}`;
  return new BerthError('CONFIG_INVALID', `${where}: ${message}`, {
    values: { file, ...(line === null ? {} : { line: String(line) }) },
    hint: `mend ${file} and run the command again`,
  });
}

/** `remotes[1].port` */
function spelled(keys: readonly (string | number)[]): string {
  let text = '';
  for (const key of keys) text += typeof key === 'number' ? `[${key}]` : text ? `.${key}` : key;
  return text || 'the file';
}

/** The line of a key, not of its value: a value may stand further down. */
function keyLine(
  document: ReturnType<typeof parseDocument>,
  at: { keys: (string | number)[]; unknown: string; lineCounter: LineCounter },
): number | null {
  const around = document.getIn(at.keys, true) as {
    items?: { key?: { value?: unknown; range?: number[] } }[];
  } | null;
  const pair = around?.items?.find((item) => item.key?.value === at.unknown);
  const start = pair?.key?.range?.[0];
  return start === undefined ? null : at.lineCounter.linePos(start).line;
}

/** Keys that the schema knows at a place; none where it cannot be told. */
function knownKeys(schema: unknown, keys: readonly (string | number)[]): string[] {
  let at = schema as {
    def?: { type?: string; shape?: Record<string, unknown>; element?: unknown; innerType?: unknown };
  };
  const unwrap = () => {
    while (at?.def?.innerType) at = at.def.innerType as typeof at;
  };
  for (const key of keys) {
    unwrap();
    at = (typeof key === 'number' ? at?.def?.element : at?.def?.shape?.[key]) as typeof at;
  }
  unwrap();
  return Object.keys(at?.def?.shape ?? {});
}
