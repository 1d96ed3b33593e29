import { afterEach, expect, it, vi } from 'vitest';
import { RunningCommand, type RunningCommandOptions } from './running-command.ts';

afterEach(() => void vi.restoreAllMocks());

it('a signal passes over what has just ended, and what became another user by sudo', () => {
  let tell = (_data: Buffer): void => {};
  const end = { taken: () => {}, pause: () => {}, resume: () => {} };
  const told = { ...end, onData: (given: typeof tell) => (tell = given), onEnd: () => {} };
  const command = new RunningCommand({
    mark: 'M=1',
    processes: { startedBy: () => [10, 11, 12, 13, 14] },
    hold: end,
    ends: { input: end, out: end, err: end },
    told,
  } as unknown as RunningCommandOptions);
  const sent: number[] = [];
  vi.spyOn(process, 'kill').mockImplementation((pid) => {
    if (pid === 12) throw Object.assign(new Error('kill'), { code: 'EPERM' });
    if (pid === 13) throw Object.assign(new Error('kill'), { code: 'ESRCH' });
    sent.push(pid);
    return true;
  });
  tell(Buffer.from('begun 10 11\n'));
  command.signal('SIGTERM');
  expect(sent).toEqual([14]);
});
