/** The built page: its files by the paths they are asked for. Public: they are the same for everybody. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HeaderTable } from './headers.ts';

export interface StaticFile {
  readonly body: Buffer;
  readonly headers: HeaderTable;
}

export interface StaticFiles {
  /** `accept`: the encodings that the browser takes. Null: there is no such file. */
  find(urlPath: string, accept: string): StaticFile | null;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** Compressed by the build, the better first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
/** What the build names by a hash of what is in it never changes. */
const HASHED = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** In one file with the program: `name` is in the executable under this and its path. */
const ASSET_PREFIX = 'web/';

type Files = ReadonlyMap<string, Buffer>;

/** Throws INTERNAL where the page was not built. */
export function loadStaticFiles(env: NodeJS.ProcessEnv): StaticFiles {
  return staticFiles(env.BERTH_WEB_DIR ? fromDirectory(env.BERTH_WEB_DIR) : ownFiles());
}

export function staticFiles(files: Files): StaticFiles {
  const tags = new Map<string, string>();
  const tagOf = (name: string, body: Buffer) => {
    const known = tags.get(name) ?? `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    tags.set(name, known);
    return known;
  };
  return {
    find(urlPath, accept) {
      const name = urlPath === '/' ? 'index.html' : urlPath.slice(1);
      const plain = files.get(name);
      const type = TYPES[path.posix.extname(name)];
      if (plain === undefined || type === undefined) return null;
      const accepted = accept.split(',').map((word) => word.trim().split(';')[0]);
      const encoding = ENCODINGS.find(([word, end]) => accepted.includes(word) && files.has(name + end));
      const body = (encoding && files.get(name + encoding[1])) ?? plain;
      const forever = name.startsWith('assets/') && HASHED.test(name);
      return {
        body,
        headers: {
          'content-type': type,
          'cache-control': forever ? 'public, max-age=31536000, immutable' : 'no-cache',
          etag: tagOf(encoding ? name + encoding[1] : name, body),
          vary: 'Accept-Encoding',
          ...(encoding ? { 'content-encoding': encoding[0] } : {}),
        },
      };
    },
  };
}

function ownFiles(): Files {
  if (isSea()) {
    const names = JSON.parse(getAsset(`${ASSET_PREFIX}files.json`, 'utf8')) as string[];
    return new Map(names.map((name) => [name, Buffer.from(getAsset(ASSET_PREFIX + name))]));
  }
  // The bundle's own directory: `dist`.
  return fromDirectory(path.join(path.dirname(fileURLToPath(import.meta.url)), 'web'));
}

function fromDirectory(directory: string): Files {
  if (!existsSync(path.join(directory, 'index.html'))) {
    throw new BerthError('INTERNAL', `the page of the UI is not at ${directory}`, {
      hint: 'in a checkout: npm run build',
    });
  }
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(directory, file).split(path.sep).join('/'), readFileSync(file)] as const;
      }),
  );
}
