import { expect, test } from 'vitest';
import { envSecret, isBinaryFile, isEnvFile, secretsIn } from './secret-rules.ts';

// Put together here, so that no file of ours holds what looks like a key.
const some = (length: number, alphabet = 'aB3dE5gH7jK9mN1pQrStUvWx') =>
  Array.from({ length }, (_, i) => alphabet[(i * 7) % alphabet.length]).join('');
const token = (claims: object, head: object = { alg: 'HS256' }) =>
  `${[head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.${some(43)}`;
const NOW = Date.UTC(2026, 0, 1);
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const begin = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----`;

const SECRETS: readonly [rule: string, text: string][] = [
  ['private key', `${begin('RSA ')}\n${some(64)}\n`],
  ['private key', `"${begin('')}\\n${some(64)}\\n"`],
  ['private key', `${begin('OPENSSH ')}\n${some(70)}\n`],
  ['private key', `${begin('RSA ')}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n${some(64)}\n`],
  ['AWS access key', `AKIA${some(16, BASE32)}`],
  ['AWS secret key', `aws_secret_access_key = ${some(40)}`],
  ['AWS secret key', `"SecretAccessKey": "${some(40)}"`],
  ['GitHub token', `ghp_${some(36)}`],
  ['GitHub token', `github_pat_${some(22)}_${some(59)}`],
  ['Slack token', `xoxb-123456789012-123456789012-${some(24)}`],
  ['Slack webhook', `https://hooks.slack.com/services/T01234567/B01234567/${some(24)}`],
  ['Anthropic key', `sk-ant-api03-${some(90)}-AA`],
  ['OpenAI key', `sk-proj-${some(60)}`],
  ['OpenAI key', `sk-${some(20)}T3BlbkFJ${some(20)}`],
  ['Google API key', `AIza${some(35)}`],
  ['Google client secret', `GOCSPX-${some(28)}`],
  ['Stripe key', `sk_live_${some(24)}`],
  ['npm token', `//registry/:_authToken=npm_${some(36)}`],
  ['Azure account key', `AccountName=x;AccountKey=${some(86)}==;`],
  ['Azure access key', `Endpoint=sb://x;SharedAccessKey=${some(43)}=`],
  ['JSON web token', `Bearer ${token({ sub: 'ann', exp: NOW / 1000 + 60 })}`],
];

test.each(SECRETS)('%s is found with its line, and is not shown', (rule, text) => {
  const found = secretsIn(`first\n${text}\nlast`, NOW);
  expect(found).toMatchObject([{ rule, line: 2 }]);
  const shown = found[0]?.masked.replace('…', '') ?? '';
  expect(text).toContain(shown);
  expect(shown.length).toBeLessThan(text.length / 2 + 8);
});

test.each([
  ['a check for keys', `if (text.startsWith('${begin('')}')) throw new Error();`],
  ['a public key', `-----BEGIN PUBLIC KEY-----\n${some(64)}`],
  ['the key of the manuals', `AKIA${'IOSFODNN7'}EXAMPLE`],
  ['a placeholder', `ghp_${'x'.repeat(36)}`],
  ['a key to put there', 'sk-ant-api03-your-key-goes-here-your-key-goes-here-your-key'],
  ['a word', 'task-proj-management, disk-usage, risk-ant-colony'],
  ['a test key', `sk_test_${some(24)}`],
  ['an identifier that goes on', `AIza${some(50)}`],
  ['a token that has run out', token({ exp: NOW / 1000 - 60 })],
  ['the token of the textbooks', token({ sub: '1234567890', name: 'John Doe' })],
  ['a token nobody signed', token({ sub: 'ann' }, { alg: 'none' })],
  ['three words with dots', `eyJ${some(20)}.eyJ${some(20)}.${some(30)}`],
  ['a hash', some(64, '0123456789abcdef')],
])('%s is no secret', (_what, text) => {
  expect(secretsIn(text, NOW)).toEqual([]);
});

// A pattern that goes back over what it has read would take hours.
test('a text of any kind is looked through', () => {
  for (const part of [begin('A '), 'sk-', 'eyJ', 'AKIA', '-----BEGIN A B C ', 'xoxb-1-'])
    expect(secretsIn(part.repeat(200_000), NOW)).toEqual([]);
});

test('.env files by name, and what they set', () => {
  for (const name of ['.env', 'a/.env', '.env.production', '.env.local']) expect(isEnvFile(name)).toBe(true);
  for (const name of ['.env.example', 'x/.env.sample', '.envrc', 'a.env', '.env/file', '.environment'])
    expect(isEnvFile(name)).toBe(false);
  expect(envSecret('# a\n\nexport KEY = "v"\nB=2')).toMatchObject([{ line: 3, masked: 'KEY=…' }]);
  expect(envSecret('KEY=\nB=""\n# C=1\nD= # later\n')).toEqual([]);
});

test('files that hold no text, by name', () => {
  for (const name of ['a.png', 'x/B.JPG', 'lib.so', 'a.tar.gz']) expect(isBinaryFile(name)).toBe(true);
  for (const name of ['png', 'a.ts', 'Makefile', 'a.svg', 'x.zip/a']) expect(isBinaryFile(name)).toBe(false);
});
