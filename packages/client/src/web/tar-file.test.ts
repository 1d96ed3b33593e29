import { expect, test } from 'vitest';
import { firstFile } from './tar-file.ts';

function header(type: string, bytes: number): Buffer {
  const block = Buffer.alloc(512);
  block.write('name', 0);
  block.write(bytes.toString(8).padStart(11, '0'), 124);
  block.write(type, 156);
  return block;
}

const padded = (text: string) =>
  Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)]);

/** In pieces of so many bytes. */
async function* pieces(whole: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}

async function textOf(archive: Buffer, size: number): Promise<string> {
  const { data, bytes } = await firstFile(pieces(archive, size));
  const parts: Uint8Array[] = [];
  for await (const part of data) parts.push(part);
  expect(Buffer.concat(parts)).toHaveLength(bytes);
  return Buffer.concat(parts).toString();
}

test.each([1, 7, 512, 100_000])('a file behind its long name, in pieces of %d', async (size) => {
  const archive = [
    header('L', 5),
    padded('long/'),
    header('x', 3),
    padded('a=b'),
    header('0', 1000),
    padded('z'.repeat(1000)),
  ];
  expect(await textOf(Buffer.concat([...archive, Buffer.alloc(1024)]), size)).toBe('z'.repeat(1000));
});

test('an empty one', async () =>
  expect(await textOf(Buffer.concat([header('0', 0), Buffer.alloc(1024)]), 512)).toBe(''));

test.each([
  ['a link', header('2', 0)],
  ['a directory', header('5', 0)],
  ['a long name without end', Buffer.concat([header('L', 10 ** 9), Buffer.alloc(4096)])],
  ['no archive', Buffer.alloc(512, 0xff)],
  ['half a header', Buffer.alloc(100)],
])('%s is refused', async (_what, archive) => {
  await expect(firstFile(pieces(archive, 512))).rejects.toMatchObject({ reason: 'EXEC_FAILED' });
});

test('one that breaks off says so', async () => {
  await expect(textOf(Buffer.concat([header('0', 1000), Buffer.alloc(10)]), 512)).rejects.toThrow(
    'ended early',
  );
});
