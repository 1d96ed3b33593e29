/**
 * Follows a directory with all that lies below it. Invariants:
 * - notices only mark directories; looking at them is done later, for many notices at once, one
 *   directory after the other, and the more it costs the rarer: a burst costs a few percent of a CPU;
 * - a watch is set before its directory is read, so that nothing falls between the two;
 * - what is remembered is bounded: a directory each (up to the limit), and some thousand names;
 * - symbolic links are not followed;
 * - whatever fails, it goes on.
 */
import type { Dirent } from 'node:fs';
import path from 'node:path';
import type { TreeChange } from '../sessions/ports.ts';
import { Gathered, MOST_NAMES } from './gathered.ts';
import type { Reads } from './reads.ts';
import { RepeatedLook } from './repeated-look.ts';
import { IgnoreFile, isIgnored, MOST_TEXT } from './rules.ts';
import { below, type Marks, type Node, newNode, type Visit } from './tree-node.ts';
import type { Opened, Watches } from './watches.ts';

const GATHER_MS = 200;
/** It rests this many times as long as it worked. */
const REST = 10;
const LONGEST_REST_MS = 30_000;
/** Until a root that is gone is looked for. */
const MISSING_MS = 5000;
const RULES = '.gitignore';

export interface TreeOptions {
  readonly root: string;
  /** Leaves out what git ignores, and what tools make for themselves. */
  readonly ignoring: boolean;
  /** Most directories. */
  readonly limit: number;
  /** There are watches left for a tree that has so many. */
  readonly spare: (own: number) => boolean;
  readonly watches: Watches;
  readonly reads: Reads;
  readonly onChange: (change: TreeChange) => void;
  /** Called when the kernel refuses a watch. */
  readonly degrade: () => void;
  readonly onError: (error: unknown) => void;
}

export class Tree implements Disposable {
  readonly #options: TreeOptions;
  readonly #root: Node;
  readonly #marked = new Set<Node>();
  readonly #polled = new Set<Node>();
  readonly #poll: RepeatedLook;
  readonly #gathered = new Gathered();
  #directories = 0;
  #names = 0;
  /** Not all directories are followed. */
  #capped = false;
  #scan: 'first' | 'again' | null = 'first';
  #working = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: TreeOptions) {
    this.#options = options;
    this.#poll = new RepeatedLook({ look: () => this.#lookAtPolled(), onError: options.onError });
    this.#root = this.#add(null, path.basename(options.root));
    this.#schedule(0);
  }

  /** Looks at everything anew: notices were lost. */
  rescan(): void {
    this.#scan ??= 'again';
    this.#gathered.missed();
    this.#schedule(GATHER_MS);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer ?? undefined);
    this.#poll[Symbol.dispose]();
    this.#drop(this.#root);
  }

  #add(parent: Node | null, name: string): Node {
    const node = newNode(parent, name);
    this.#directories += 1;
    this.#open(node);
    return node;
  }

  #open(node: Node): Opened {
    const opened = this.#options.watches.add(this.#absolute(node.path), (kind, name) => {
      // A directory's own end comes under its own name.
      const own = name === node.name;
      this.#mark(node, name, { read: kind === 'rename' || own, rewatch: own });
    });
    if (typeof opened === 'object') {
      node.watch = opened;
      node.polled?.[Symbol.dispose]();
      node.polled = null;
      this.#polled.delete(node);
    } else if (opened === 'none') {
      if (!node.polled) node.looked = Date.now();
      node.polled ??= this.#options.watches.poll();
      this.#polled.add(node);
      this.#options.degrade();
      this.#poll.start();
    }
    return opened;
  }

  #drop(node: Node): void {
    node.dropped = true;
    node.watch?.[Symbol.dispose]();
    node.polled?.[Symbol.dispose]();
    this.#polled.delete(node);
    this.#marked.delete(node);
    this.#directories -= 1;
    node.parent?.children.delete(node.name);
    for (const child of [...node.children.values()]) this.#drop(child);
  }

  #mark(node: Node, name: string | null, { read, rewatch }: Omit<Marks, 'names'>): void {
    if (this.#closed || node.dropped) return;
    node.marked ??= { names: new Set(), read: false, rewatch: false };
    const marks = node.marked;
    marks.read ||= read || name === null;
    marks.rewatch ||= rewatch;
    this.#marked.add(node);
    if (name !== null && !marks.names.has(name)) {
      if (this.#names < MOST_NAMES) {
        marks.names.add(name);
        this.#names += 1;
      } else this.#gathered.missed();
    }
    this.#schedule(GATHER_MS);
  }

  #schedule(ms: number): void {
    if (this.#timer || this.#working || this.#closed) return;
    this.#timer = setTimeout(() => void this.#work(), ms);
    this.#timer.unref();
  }

  async #work(): Promise<void> {
    this.#timer = null;
    this.#working = true;
    const began = performance.now();
    try {
      const scan = this.#scan;
      this.#scan = null;
      if (scan) {
        this.#capped = false;
        await this.#visitAll({ node: this.#root, deep: true, fresh: false, news: scan === 'again' });
      }
      const marked = [...this.#marked];
      this.#marked.clear();
      this.#names = 0;
      for (const node of marked) await this.#look(node);
      this.#tell();
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#working = false;
    }
    const rest = Math.min(GATHER_MS + REST * (performance.now() - began), LONGEST_REST_MS);
    if (this.#marked.size > 0 || this.#scan) this.#schedule(rest);
    else if (!this.#root.watch && !this.#root.polled) {
      // It may come again.
      this.#scan = 'again';
      this.#schedule(MISSING_MS);
    }
  }

  #tell(): void {
    const change = this.#gathered.take();
    if (!change || this.#closed) return;
    this.#options.onChange({ ...change, incomplete: change.incomplete || this.#capped });
  }

  /** What the notices on one directory mean. */
  async #look(node: Node): Promise<void> {
    const marks = node.marked;
    node.marked = null;
    if (!marks || node.dropped || this.#closed) return;
    if (marks.rewatch) {
      node.watch?.[Symbol.dispose]();
      node.watch = null;
      this.#open(node);
    }
    const followed = new Set(node.children.keys());
    // New rules may free, or take out, what lies anywhere below.
    const deep = this.#options.ignoring && marks.names.has(RULES);
    const entries =
      marks.read || deep
        ? await this.#visitAll({ node, deep, fresh: false, news: !deep, names: marks.names })
        : null;
    // Another directory took its place: all that is in it is new.
    const files = marks.rewatch && !entries?.has(node.name) ? filesOf(entries) : [];
    for (const name of new Set([...marks.names, ...files])) {
      const gone = entries !== null && !entries.has(name);
      const relative = below(node, name);
      if (entries?.get(name)?.isDirectory() || node.children.has(name)) continue;
      if (gone && name === node.name) continue;
      if (this.#skips(node, relative, false)) continue;
      // Whether it was a directory nobody can tell any more: then neither may be ignored.
      if (gone && !followed.has(name) && this.#skips(node, relative, true)) continue;
      this.#gathered.add(relative);
    }
  }

  /** Brings what is followed below a directory in line with what is there; gives its own entries. */
  async #visitAll(first: Visit): Promise<ReadonlyMap<string, Dirent> | null> {
    const open = [first];
    let ofFirst: ReadonlyMap<string, Dirent> | null = null;
    for (let visit = open.pop(); visit && !this.#closed; visit = open.pop()) {
      const entries = await this.#visit(visit, open);
      if (visit === first) ofFirst = entries;
    }
    return ofFirst;
  }

  async #visit(visit: Visit, open: Visit[]): Promise<ReadonlyMap<string, Dirent> | null> {
    const { node, deep, fresh, news } = visit;
    const listed = await this.#options.reads.entries(this.#absolute(node.path)).catch(() => null);
    if (!listed) {
      // Gone, or not ours to read.
      for (const child of [...node.children.values()]) this.#drop(child);
      if (node.parent && !node.dropped) this.#drop(node);
      return null;
    }
    if (deep && this.#options.ignoring) await this.#readRules(node, listed);
    if (node.dropped || this.#closed) return null;
    if (!node.watch && !node.polled) this.#open(node);
    const entries = new Map(listed.map((entry) => [entry.name, entry]));
    for (const child of [...node.children.values()]) {
      if (!entries.get(child.name)?.isDirectory() || this.#skips(node, child.path, true)) this.#drop(child);
    }
    for (const [name, entry] of entries) {
      const relative = below(node, name);
      const known = node.children.get(name);
      if (known) {
        if (deep) open.push({ node: known, deep, fresh: false, news });
      } else if (!entry.isDirectory()) {
        if (fresh && !this.#skips(node, relative, false)) this.#gathered.add(relative);
      } else if (!this.#skips(node, relative, true) && !this.#isFull()) {
        // What was noticed is new in any case; else new rules may only have let it go.
        const isNew = news || visit.names?.has(name) || node.marked?.names.has(name) || false;
        open.push({ node: this.#add(node, name), deep: true, fresh: isNew, news: isNew });
      }
    }
    return entries;
  }

  #isFull(): boolean {
    const full = this.#directories >= this.#options.limit || !this.#options.spare(this.#directories);
    if (full) this.#capped = true;
    return full;
  }

  async #readRules(node: Node, entries: readonly Dirent[]): Promise<void> {
    const above = node.parent?.rules ?? [];
    const there = entries.some(({ name }) => name === RULES);
    const text = there ? await this.#options.reads.start(this.#absolute(node.path, RULES), MOST_TEXT) : '';
    node.rules = text === '' ? above : [...above, new IgnoreFile(node.path, text)];
  }

  #skips(node: Node, relative: string, isDirectory: boolean): boolean {
    return this.#options.ignoring && isIgnored(relative, isDirectory, node.rules);
  }

  #absolute(...parts: string[]): string {
    return path.join(this.#options.root, ...parts);
  }

  /** Looks at what has no watch, and asks for watches again. */
  async #lookAtPolled(): Promise<boolean> {
    let refused = false;
    for (const node of [...this.#polled]) {
      if (this.#closed) return false;
      if (!refused) refused = this.#open(node) === 'none';
      const { names, newest } = await this.#options.reads.changedSince(
        this.#absolute(node.path),
        node.looked,
      );
      node.looked = newest;
      for (const name of names) this.#mark(node, name, { read: false, rewatch: false });
      this.#mark(node, null, { read: true, rewatch: false });
    }
    return this.#polled.size > 0;
  }
}

function filesOf(entries: ReadonlyMap<string, Dirent> | null): string[] {
  return [...(entries?.values() ?? [])].filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}
