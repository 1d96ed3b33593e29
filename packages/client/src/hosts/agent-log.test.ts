import { expect, it } from 'vitest';
import { fileLine, journalLine } from './agent-log.ts';

const own = { level: 30, time: '2026-11-21T20:21:03.536Z', program: 'berthd', msg: 'started', call: 'c' };
const at = Date.parse(own.time);
const entry = (MESSAGE: unknown, more: object = {}) =>
  JSON.stringify({ MESSAGE, __REALTIME_TIMESTAMP: `${at + 5}000`, SYSLOG_IDENTIFIER: 'systemd', ...more });

it('reads a line of the agent, in a file or in the journal', () => {
  const read = { at, level: 30, message: 'started', fields: own };
  expect(fileLine(JSON.stringify(own))).toEqual(read);
  expect(journalLine(entry(JSON.stringify(own)))).toEqual(read);
  const { time: _time, ...timeless } = own;
  expect(journalLine(entry(JSON.stringify(timeless)))).toMatchObject({ at: at + 5, message: 'started' });
});

it('keeps what others say, with what is known of it', () => {
  expect(fileLine('Error: it broke')).toMatchObject({
    at: null,
    level: null,
    fields: { msg: 'Error: it broke' },
  });
  const told = journalLine(entry('Started berthd.service.'));
  const fields = { time: new Date(at + 5).toISOString(), program: 'systemd', msg: 'Started berthd.service.' };
  expect(told).toEqual({ at: at + 5, level: null, message: 'Started berthd.service.', fields });
  // journald gives what is no text as bytes.
  expect(journalLine(entry([...Buffer.from('caf\u00e9')]))?.message).toBe('caf\u00e9');
});

it.each(['', '  ', '-- No entries --', '[1]', 'null'])('leaves out %j', (text) => {
  expect(journalLine(text)).toBeNull();
});

it('has nothing to say of an empty line', () => {
  expect(fileLine('')).toBeNull();
  expect(journalLine(entry(''))).toBeNull();
  expect(journalLine(entry(null))).toBeNull();
});
