/** Files of trees, and their content, in bulk. */
import { ended, type Git, gitFailed } from './run.ts';

export interface TreeFile {
  /** Bytes: see run.ts. */
  readonly path: string;
  readonly blob: string;
}

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Regular files that the second tree of each pair has and the first has not, or otherwise. */
export async function filesBetween(
  git: Git,
  pairs: readonly { readonly from: string; readonly to: string }[],
): Promise<Map<string, TreeFile[]>> {
  const found = new Map<string, TreeFile[]>(pairs.map(({ to }) => [to, []]));
  if (pairs.length === 0) return found;
  const input = pairs.map(({ from, to }) => `${from} ${to}\n`).join('');
  const fields = await git.list(['diff-tree', '--stdin', '-r', '-z', '--no-renames'], { input });
  let to = '';
  for (let i = 0; i < fields.length; i += 2) {
    const field = fields[i] ?? '';
    // Each pair is told before what differs.
    const head = /^(?:[0-9a-f]{40} ([0-9a-f]{40})\n)+/.exec(field);
    if (head?.[1]) to = head[1];
    const [, mode = '', , blob = ''] = field.slice(head?.[0].length ?? 0).split(' ');
    if (/^100/.test(mode)) found.get(to)?.push({ path: fields[i + 1] ?? '', blob });
  }
  return found;
}

/** Tells the content of each that has no more than `most` bytes, in order. Holds one at a time. */
export async function readBlobs(
  git: Git,
  { blobs, most }: { readonly blobs: readonly string[]; readonly most: number },
  take: (blob: string, content: Buffer) => void,
): Promise<void> {
  if (blobs.length === 0) return;
  const child = git.spawn(['cat-file', '--buffer', '--batch'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const finished = ended(child);
  finished.catch(() => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end(blobs.map((blob) => `${blob}\n`).join(''));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const parser = new BatchParser(most, take);
  for await (const chunk of child.stdout ?? []) parser.add(chunk as Buffer);
  const code = await finished;
  if (code !== 0) throw gitFailed('cat-file', stderr, code);
}

/** `ID TYPE SIZE\nCONTENT\n` over and over, out of chunks. */
class BatchParser {
  readonly #most: number;
  readonly #take: (blob: string, content: Buffer) => void;
  #parts: Buffer[] = [];
  #held = 0;
  /** Bytes that must be there before anything more can be told. */
  #needed = 1;
  /** Bytes to come of a content that is too large. */
  #skipped = 0;

  constructor(most: number, take: (blob: string, content: Buffer) => void) {
    this.#most = most;
    this.#take = take;
  }

  add(chunk: Buffer): void {
    const passed = Math.min(this.#skipped, chunk.length);
    this.#skipped -= passed;
    if (passed === chunk.length) return;
    this.#parts.push(chunk.subarray(passed));
    this.#held += chunk.length - passed;
    if (this.#held < this.#needed) return;
    let rest = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#needed = 1;
    for (;;) {
      const line = rest.indexOf(0x0a);
      if (line < 0) break;
      const [blob = '', type, size] = rest.toString('latin1', 0, line).split(' ');
      const bytes = type === 'missing' ? 0 : Number(size);
      const end = line + 1 + (type === 'missing' ? 0 : bytes + 1);
      if (rest.length < end && bytes > this.#most) {
        this.#skipped = end - rest.length;
        rest = rest.subarray(rest.length);
        break;
      }
      if (rest.length < end) {
        this.#needed = end;
        break;
      }
      if (type !== 'missing' && bytes <= this.#most) this.#take(blob, rest.subarray(line + 1, end - 1));
      rest = rest.subarray(end);
    }
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
  }
}
