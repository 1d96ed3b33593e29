/** A directory of a tree that is followed. */
import type { IgnoreFile } from './rules.ts';

export interface Node {
  /** Relative to the root; empty for the root itself. */
  readonly path: string;
  readonly name: string;
  readonly parent: Node | null;
  readonly children: Map<string, Node>;
  /** Those that hold for what lies in it, outermost first. */
  rules: readonly IgnoreFile[];
  watch: Disposable | null;
  /** Counts it while it has no watch, since the kernel refused one. */
  polled: Disposable | null;
  /** Until when it was looked at while it had none. Ms since the epoch. */
  looked: number;
  /** What to look at; null: nothing. */
  marked: Marks | null;
  dropped: boolean;
}

/** What notices said of a directory. */
export interface Marks {
  readonly names: Set<string>;
  /** Something came or went: the directory is to be read. */
  read: boolean;
  /** Its own watch may be on a directory that is gone. */
  rewatch: boolean;
}

/** A directory that is to be read. */
export interface Visit {
  readonly node: Node;
  /** With its rules, and all below it. */
  readonly deep: boolean;
  /** It is new: so are its files. */
  readonly fresh: boolean;
  /** New directories found in it are news. */
  readonly news: boolean;
  /** What was noticed of it. */
  readonly names?: ReadonlySet<string>;
}

export function newNode(parent: Node | null, name: string): Node {
  const node: Node = {
    path: parent ? below(parent, name) : '',
    name,
    parent,
    children: new Map(),
    rules: parent?.rules ?? [],
    watch: null,
    polled: null,
    looked: 0,
    marked: null,
    dropped: false,
  };
  parent?.children.set(name, node);
  return node;
}

/** Path of what lies in a directory. */
export function below(node: Node, name: string): string {
  return node.path === '' ? name : `${node.path}/${name}`;
}
