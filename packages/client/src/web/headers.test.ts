import { expect, test } from 'vitest';
import { artifactHeaders, pageHeaders, uiHeaders } from './headers.ts';

const policyOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    (headers['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...words] = directive.split(' ');
      return [name, words.join(' ')];
    }),
  );

test('the page runs its own scripts alone, and shows nothing but its own and apps', () => {
  const headers = uiHeaders(1234, 'localhost:1234');
  expect(policyOf(headers)).toMatchObject({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'connect-src': "'self' ws://localhost:1234",
    'frame-src': 'http://*.localhost:1234',
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
  });
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringContaining('camera=()'),
  });
});

test('an artifact is in a sandbox wherever it is shown', () => {
  expect(policyOf(artifactHeaders())).toEqual({
    'default-src': "'none'",
    sandbox: '',
    'frame-ancestors': "'none'",
  });
});

test('a page that a session made reaches neither its origin nor the network', () => {
  const policy = policyOf(pageHeaders(['http://localhost:1']));
  expect(policy).toMatchObject({
    'default-src': "'none'",
    sandbox: 'allow-scripts',
    'frame-ancestors': 'http://localhost:1',
  });
  expect(Object.values(policy).join(' ')).not.toMatch(/'self'|https?:(?!\/\/localhost:1$)|allow-same-origin/);
});
