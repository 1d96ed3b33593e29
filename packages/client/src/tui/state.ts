/** What the live view is about to do and shows now; keys change it. Pure. */
import { type Look, PLACES, PLAIN_LOOK, SORTS, STATES } from '../fleet/dash/view.ts';

/** What is asked for in one line of text. */
export type Question = 'rename' | 'tag' | 'snooze';

export interface StartForm {
  readonly host: string;
  /** A directory of the host that is there already; empty: one of the session's own. */
  readonly directory: string;
  /** Empty: the host's choice. */
  readonly preset: string;
  readonly prompt: string;
  readonly name: string;
  /** `skip`: its tool asks nobody before it acts. */
  readonly permissions: 'ask' | 'skip';
}

export const START_FIELDS = ['host', 'directory', 'preset', 'prompt', 'name', 'permissions'] as const;
export type StartField = (typeof START_FIELDS)[number];

/** `keys`: of the sessions that it is about. */
export type Mode =
  | { readonly kind: 'list' }
  | { readonly kind: 'help' }
  | { readonly kind: 'search'; readonly before: string }
  | { readonly kind: 'kill'; readonly keys: readonly string[] }
  | {
      readonly kind: 'input';
      readonly question: Question;
      readonly keys: readonly string[];
      readonly text: string;
    }
  | { readonly kind: 'start'; readonly form: StartForm; readonly field: StartField }
  | { readonly kind: 'follow'; readonly key: string };

export interface DashState {
  readonly look: Look;
  readonly selected: string | null;
  /** Where the selected row was last, for when it goes. */
  readonly index: number;
  readonly marks: ReadonlySet<string>;
  readonly mode: Mode;
  readonly notice: { readonly text: string; readonly bad: boolean } | null;
}

export const LIST: Mode = { kind: 'list' };

export const BEGINNING: DashState = {
  look: PLAIN_LOOK,
  selected: null,
  index: 0,
  marks: new Set(),
  mode: LIST,
  notice: null,
};

/** The value after this one, and after the last the first. */
function following<T>(values: readonly T[], value: T): T {
  return values[(values.indexOf(value) + 1) % values.length] as T;
}

/** Keys that change what is shown; null for any other. `hosts` and `tags`: those that there are. */
export function lookAfter(
  key: string,
  look: Look,
  known: { hosts: readonly string[]; tags: readonly string[] },
): Look | null {
  switch (key) {
    case 'f':
      return { ...look, state: following(STATES, look.state) };
    case 'l':
      return { ...look, place: following(PLACES, look.place) };
    case 'S':
      return { ...look, sort: following(SORTS, look.sort) };
    case 'h':
      return { ...look, host: following([null, ...known.hosts], look.host) };
    case 'T':
      return { ...look, tag: following([null, ...known.tags], look.tag) };
    case 'c':
      return { ...PLAIN_LOOK, sort: look.sort };
    default:
      return null;
  }
}

export function marksAfter(marks: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(marks);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** What is not usual about the look, in a few words; empty where nothing is. */
export function lookNote(look: Look): string {
  return [
    look.state === 'all' ? '' : `only ${look.state}`,
    look.place === 'all' ? '' : `only ${look.place}`,
    look.host === null ? '' : `host ${look.host}`,
    look.tag === null ? '' : `tag ${look.tag}`,
    look.search === '' ? '' : `search “${look.search}”`,
    look.sort === 'priority' ? '' : `by ${look.sort}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
