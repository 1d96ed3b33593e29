import { BerthError } from '@berth/shared/domain/berth-error';
import { expect, test } from 'vitest';
import { renderError } from './errors.ts';

const usage = new BerthError('USAGE', 'berth show needs a session', { hint: 'see berth show --help' });

test('names the program once', () => {
  expect(renderError(usage, { json: false })).toBe(
    'berth: show needs a session\n  hint: see berth show --help\n',
  );
  const of = new BerthError('SESSION_ENDED', 'berth has ended', { hint: '' });
  expect(renderError(of, { json: false })).toBe('berth: berth has ended\n');
});

test('leaves the message whole in JSON', () => {
  const { error } = JSON.parse(renderError(usage, { json: true })) as { error: object };
  expect(error).toMatchObject({ message: 'berth show needs a session', reason: 'USAGE', code: 2 });
});
