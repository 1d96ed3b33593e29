/**
 * The text of a preset file -> what it says, checked; every fault names its line. The programs are
 * built so that this and what it needs is loaded for a user's own presets alone.
 */
import { LineCounter, parseDocument } from 'yaml';
import { nameProblem, PRESET_FILE, type PresetFile } from './schema.ts';

/** What is wrong with a file, and where. */
export class PresetFault extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** `shipped` are what a file may extend; inherited keys are in the answer. Throws PresetFault. */
export function parsePreset(
  name: string,
  text: string,
  shipped: ReadonlyMap<string, PresetFile>,
): PresetFile {
  const problem = nameProblem(name);
  if (problem) throw new PresetFault(1, problem);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined) => (offset === undefined ? 1 : lines.linePos(offset).line);
  const [fault] = document.errors;
  if (fault) throw new PresetFault(lineAt(fault.pos[0]), `malformed YAML: ${fault.message}`);
  const lineOf = (keys: readonly PropertyKey[]): number => {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: number[] } | undefined;
      if (node?.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  let given: unknown;
  try {
    given = document.toJS() ?? {};
  } catch (error) {
    throw new PresetFault(1, `malformed YAML: ${(error as Error).message}`);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new PresetFault(1, 'must be a mapping of keys to values');
  }
  const base = inherited(given as Record<string, unknown>, shipped, () => lineOf(['extends']));
  const parsed = PRESET_FILE.safeParse({ ...base, ...given });
  if (parsed.success) {
    const { extends: _extends, ...source } = parsed.data;
    return source;
  }
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0] ?? ''];
    throw new PresetFault(keyLine(document, key, lineAt) ?? lineOf(key), `${spelled(key)}: unknown key`);
  }
  const path = issue?.path ?? [];
  throw new PresetFault(lineOf(path), `${spelled(path)}: ${issue?.message ?? 'does not fit'}`);
}

/** The keys of the preset that the file extends; those it has itself replace them whole. */
function inherited(
  given: Record<string, unknown>,
  shipped: ReadonlyMap<string, PresetFile>,
  line: () => number,
): object {
  if (given.extends === undefined) return {};
  const base = shipped.get(String(given.extends));
  if (base) return base;
  throw new PresetFault(line(), `extends: there is no shipped preset ${String(given.extends)}`);
}

/** The line of the key itself: its value may stand further down. */
function keyLine(
  document: ReturnType<typeof parseDocument>,
  keys: readonly PropertyKey[],
  lineAt: (offset: number | undefined) => number,
): number | null {
  const around = (keys.length > 1 ? document.getIn(keys.slice(0, -1), true) : document.contents) as {
    items?: { key?: { value?: unknown; range?: number[] } }[];
  } | null;
  const start = around?.items?.find((item) => item.key?.value === keys.at(-1))?.key?.range?.[0];
  return start === undefined ? null : lineAt(start);
}

/** `prompts[1].kind` */
function spelled(keys: readonly PropertyKey[]): string {
  let text = '';
  for (const key of keys)
    text += typeof key === 'number' ? `[${key}]` : text ? `.${String(key)}` : String(key);
  return text || 'the file';
}
