import { expect, test } from 'vitest';
import { SharedAttempt } from './shared-attempt.ts';

function attempt() {
  const work = Promise.withResolvers<string>();
  let given: AbortSignal | null = null;
  const shared = new SharedAttempt((signal) => {
    given = signal;
    signal.addEventListener('abort', () => work.reject(signal.reason));
    return work.promise;
  });
  return { work, shared, aborted: () => given?.aborted };
}

test('who leaves is told so, and the others go on', async () => {
  const { work, shared, aborted } = attempt();
  const [one, other] = [new AbortController(), new AbortController()];
  const left = shared.wait(one.signal);
  const stays = shared.wait(other.signal);
  one.abort('one');
  await expect(left).rejects.toBe('one');
  work.resolve('there');
  expect(await stays).toBe('there');
  other.abort();
  expect([aborted(), shared.givenUp]).toEqual([false, false]);
});

test('it is given up once nobody waits', async () => {
  const { shared, aborted } = attempt();
  const [one, other] = [new AbortController(), new AbortController()];
  const both = [shared.wait(one.signal), shared.wait(other.signal)];
  one.abort('one');
  other.abort('other');
  expect(await Promise.allSettled(both)).toMatchObject([{ reason: 'one' }, { reason: 'other' }]);
  await expect(shared.result).rejects.toThrow('aborted');
  expect([aborted(), shared.givenUp]).toEqual([true, true]);
});

test('who waits without a signal waits for all it takes', async () => {
  const { work, shared, aborted } = attempt();
  const one = new AbortController();
  const stays = shared.wait();
  const left = shared.wait(one.signal);
  one.abort('one');
  await expect(left).rejects.toBe('one');
  expect(aborted()).toBe(false);
  work.reject(new Error('no way there'));
  await expect(stays).rejects.toThrow('no way there');
});

test('who has left before gets nothing', async () => {
  const { shared } = attempt();
  await expect(shared.wait(AbortSignal.abort('before'))).rejects.toBe('before');
  await expect(shared.result).rejects.toThrow('aborted');
});
