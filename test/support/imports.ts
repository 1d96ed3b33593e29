/** What a TypeScript source imports, read from its text. */
import { dirname, join } from 'node:path';

/** `type`: gone after compilation. `dynamic`: loaded when the line is reached. */
export type ImportKind = 'value' | 'type' | 'dynamic';

export interface Import {
  /** Path from the repository's root, or a package's name, or `node:…`. */
  readonly target: string;
  readonly kind: ImportKind;
}

const STATIC = /^[ \t]*(import|export)\b([^'";]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^[ \t]*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** `path`: of the importing file, from the repository's root. */
export function importsOf(path: string, source: string): Import[] {
  const found: Import[] = [];
  for (const [, , clause = '', specifier = ''] of source.matchAll(STATIC)) {
    found.push({ target: resolveImport(path, specifier), kind: isTypeOnly(clause) ? 'type' : 'value' });
  }
  for (const [, specifier = ''] of source.matchAll(BARE)) {
    found.push({ target: resolveImport(path, specifier), kind: 'value' });
  }
  for (const [, specifier = ''] of source.matchAll(DYNAMIC)) {
    found.push({ target: resolveImport(path, specifier), kind: 'dynamic' });
  }
  return found;
}

/** `import type …`, or braces in which each name has its own `type`. */
function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b(?!\s*,)/.test(clause)) return true;
  const braces = clause.match(/^\s*\{([^}]*)\}\s*$/)?.[1];
  if (braces === undefined) return false;
  const names = braces.split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

function resolveImport(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(path), specifier);
  const own = specifier.match(/^@berth\/(\w+)\/(.*)$/);
  if (own) return `packages/${own[1]}/src/${own[2]}.ts`;
  if (specifier.startsWith('node:')) return specifier;
  // A file inside a package belongs to the package.
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
