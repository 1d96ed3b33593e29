import { expect, test } from 'vitest';
import { staticFiles } from './static-files.ts';

const files = staticFiles(
  new Map(
    Object.entries({
      'index.html': '<!doctype html>',
      'assets/index-DA0km_DK.js': 'plain',
      'assets/index-DA0km_DK.js.br': 'brotli',
      'assets/index-DA0km_DK.js.gz': 'gzip',
      'icon.svg': '<svg/>',
      '.inputs': 'of the build',
    }).map(([name, text]) => [name, Buffer.from(text)]),
  ),
);
const bodyOf = (path: string, accept = '') => files.find(path, accept)?.body.toString() ?? null;

test.each([
  ['/', '<!doctype html>'],
  ['/icon.svg', '<svg/>'],
  ['/assets/index-DA0km_DK.js', 'plain'],
  ['/.inputs', null],
  ['/assets/index-DA0km_DK.js.br', null],
  ['/assets', null],
  ['/../index.html', null],
  ['//index.html', null],
  ['', null],
])('%s', (path, body) => expect(bodyOf(path)).toBe(body));

test.each([
  ['gzip, deflate, br', 'brotli', 'br'],
  ['gzip;q=1.0', 'gzip', 'gzip'],
  ['identity', 'plain', undefined],
])('a browser that takes %s', (accept, body, encoding) => {
  const found = files.find('/assets/index-DA0km_DK.js', accept);
  expect(found?.body.toString()).toBe(body);
  expect(found?.headers['content-encoding']).toBe(encoding);
  expect(found?.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'Accept-Encoding',
  });
});

test('what is named by its hash is kept for ever, the page is asked for again', () => {
  expect(files.find('/assets/index-DA0km_DK.js', '')?.headers['cache-control']).toMatch(/immutable/);
  expect(files.find('/', '')?.headers['cache-control']).toBe('no-cache');
  const tags = ['', 'gzip', 'br'].map(
    (accept) => files.find('/assets/index-DA0km_DK.js', accept)?.headers.etag,
  );
  expect(new Set(tags).size).toBe(3);
});
