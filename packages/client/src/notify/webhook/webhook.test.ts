import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../config/secret.ts';
import type { Item } from '../policy-types.ts';
import { FORMATS, formatOf } from './body.ts';
import { digest, Outbox } from './outbox.ts';
import { answerOf, redact, signature } from './post.ts';
import { Webhook } from './webhook.ts';

const DAY_MS = 24 * 3_600_000;
const ITEM: Item = {
  journalId: 'j',
  number: 7,
  host: 'dev',
  sessionId: 'sess-1',
  sessionName: 'fix',
  kind: 'input',
  reason: 'waits',
  line: 'Which <branch> & why?\u001b[31m',
  at: 0,
  since: 0,
  ripe: 0,
  replayed: false,
  quiet: false,
  over: false,
};

describe('what other sides are sent', () => {
  const many = { kind: 'summary', items: [ITEM, { ...ITEM, number: 8, over: true }] } as const;
  const cleared = { kind: 'cleared', item: ITEM, reason: 'typed' } as const;
  test('json: each attention by itself, and its end', () => {
    expect(FORMATS.json(many).map(({ id, value }) => [id, value.standing])).toEqual([
      ['j-7', true],
      ['j-8', false],
    ]);
    expect(FORMATS.json(cleared)).toMatchObject([
      {
        id: 'j-7-cleared',
        value: { id: 'j-7-cleared', type: 'cleared', standing: false, cleared_by: 'typed' },
      },
    ]);
    expect(FORMATS.json({ kind: 'attention', item: ITEM })[0]?.value.line).toBe('Which <branch> & why?');
  });
  test('slack: as people read it, nothing of an end', () => {
    expect(FORMATS.slack(many)).toHaveLength(1);
    expect(FORMATS.slack(cleared)).toEqual([]);
    const line = '&'.repeat(300);
    const items = Array.from({ length: 20 }, (_, number) => ({ ...ITEM, number, line }));
    const [body] = FORMATS.slack({ kind: 'summary', items });
    const blocks = body?.value.blocks as { text: { text: string } }[] | undefined;
    const text = blocks?.[0]?.text.text ?? '';
    expect(text.length).toBeLessThanOrEqual(3000);
    expect(text).toMatch(/(&amp;)+…$/);
  });
  test('pagerduty: what stands is triggered, what is over is resolved under the same key', () => {
    expect(FORMATS.pagerduty(many).map(({ value }) => [value.event_action, value.dedup_key])).toEqual([
      ['trigger', 'berth-j-7'],
    ]);
    expect(FORMATS.pagerduty(cleared)[0]?.value).toEqual({ event_action: 'resolve', dedup_key: 'berth-j-7' });
  });
  test.each([
    ['https://hooks.slack.com/services/x', 'slack'],
    ['https://events.pagerduty.com/v2/enqueue', 'pagerduty'],
    ['https://events.eu.pagerduty.com/v2/enqueue', 'pagerduty'],
    ['https://example.com/hooks.slack.com', 'json'],
  ])('%s is sent %s', (url, format) => expect(formatOf(new URL(url))).toBe(format));
});

test.each([
  [200, null, { kind: 'taken', status: 200 }],
  [204, null, { kind: 'taken', status: 204 }],
  [302, null, { kind: 'refused', why: 'it answered 302, and redirects are not followed' }],
  [404, null, { kind: 'refused', why: 'it answered 404' }],
  [429, '7', { kind: 'later', why: 'it answered 429', afterMs: 7000 }],
  [503, 'Thu, 01 Jan 1970 00:01:00 GMT', { kind: 'later', why: 'it answered 503', afterMs: 60_000 }],
  [500, 'soon', { kind: 'later', why: 'it answered 500', afterMs: 0 }],
])('%d with Retry-After %s', (status, retryAfter, answer) =>
  expect(answerOf(status, retryAfter, 0)).toEqual(answer),
);

test('a signature, as others compute it', () => {
  expect(signature(new Secret('key'), '{"a":1}', 1_700_000_000)).toBe(
    't=1700000000,v1=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03',
  );
});

test('no address and no secret is shown', () => {
  expect(redact(new URL('https://user:pw@example.com:8443/key?token=1'))).toBe('https://example.com:8443/…');
  expect(`${new Secret('x')} ${JSON.stringify({ s: new Secret('x') })}`).toBe(
    '[redacted] {"s":"[redacted]"}',
  );
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berth-outbox-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the outbox', () => {
  const entry = { id: 'j-1', target: 't', format: 'json', created: 5, body: '{}' } as const;
  test('keeps the order, the same thing once, for its owner alone', () => {
    const outbox = new Outbox(dir);
    for (const id of ['c', 'a', 'b', 'a']) outbox.put({ ...entry, id });
    outbox.put({ ...entry, id: 'c', target: 'other' });
    expect([...new Outbox(dir).of('t')].map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    for (const { file } of outbox.of('t')) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'outbox')).mode & 0o777).toBe(0o700);
  });
  test('is bounded: the oldest go', () => {
    const outbox = new Outbox(dir, 5);
    const dropped = Array.from({ length: 8 }, (_, i) => outbox.put({ ...entry, id: `${i}` }));
    expect(dropped.reduce((a, b) => a + b)).toBe(3);
    expect(outbox.of('t').next().value?.id).toBe('3');
  });
  test('junk is removed, what is too old expires', () => {
    const outbox = new Outbox(dir);
    outbox.put(entry);
    writeFileSync(join(dir, 'outbox', '00000000000000001-ab.json'), '{');
    expect([...outbox.of('t')]).toHaveLength(1);
    expect(readdirSync(join(dir, 'outbox'))).toHaveLength(1);
    outbox.expire(4);
    expect([...outbox.of('t')]).toHaveLength(1);
    outbox.expire(6);
    expect([...outbox.of('t')]).toEqual([]);
  });
});

test('given up after a day, with one line, and at once where nobody listens any more', async () => {
  const server = createServer((_, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/key`);
  const outbox = new Outbox(dir);
  outbox.put({
    id: 'j-1',
    target: digest(url.href),
    format: 'json',
    created: Date.now() - DAY_MS,
    body: '{}',
  });
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const notice = (text: string) => {
    lines.push(text);
    resolve();
  };
  {
    await using webhook = new Webhook({
      url,
      format: 'json',
      secret: null,
      routingKey: null,
      outbox,
      notice,
    });
    webhook.resume();
    await promise;
  }
  expect([...outbox.of(digest(url.href))]).toEqual([]);
  expect(lines).toEqual([
    `webhook http://${url.host}/… (json) was not told of j-1 for 24 hours: it answered 500; given up`,
  ]);
  await new Promise((done) => server.close(done));
});
