import type { Fact } from '@berth/shared/domain/event';
import type { ExternalSnapshot } from '@berth/shared/domain/external-session';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOOK_STATUSES } from '../attention/hook-report.ts';
import { type Report, readReport } from './report.ts';
import { answer, explain, externalNews, STALE_MS, snooze, type Told } from './sessions.ts';

const NOW = 1_800_000_000_000;
const file = { name: 'file-name', modifiedAt: NOW };

function report(fields: Record<string, unknown>): Report {
  const read = readReport(JSON.stringify({ status: 'working', timestamp: NOW / 1000, ...fields }), file);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

/** Looks one after the other, each with what the one before told. */
class Host {
  told: Told = {};
  events = 0;
  facts: Extract<Fact, { type: 'externalChanged' }>[] = [];
  sessions: readonly ExternalSnapshot[] = [];

  look(reports: readonly Report[], { live = ['dev'], now = NOW, unsure = false } = {}) {
    const nextEvent = this.events + 1;
    const news = externalNews({ told: this.told, reports, live: new Set(live), now, nextEvent, unsure });
    this.told = JSON.parse(JSON.stringify(news.told)) as Told;
    this.events += news.facts.length;
    this.facts = [...news.facts];
    this.sessions = news.sessions;
    return news.sessions;
  }

  answer(name: string, by: 'typed' | 'acknowledged' = 'acknowledged'): boolean {
    const session = this.sessions.find((one) => one.name === name);
    const told = session ? answer(this.told, session, by) : null;
    this.told = told ?? this.told;
    return told !== null;
  }
}

test('reads what is there, in the forms in which tools write it', () => {
  const read = report({
    tmux_session: 'dev',
    session_id: 'abc',
    status: 'waiting',
    message: 'Which port?',
    cwd: '/src',
    timestamp: '1700000000.5',
    metrics: { turns: 3, tokens: { in: 10, out: '20' }, odd: [1] },
    team: { name: 'blue' },
    agents: ['a', { name: 'b', status: 'done' }, 7, {}],
  });
  expect(read).toEqual({
    name: 'dev',
    toolSessionId: 'abc',
    status: 'waiting',
    message: 'Which port?',
    directory: '/src',
    at: 1_700_000_000_500,
    metrics: { turns: '3', 'tokens.in': '10', 'tokens.out': '20' },
    team: 'blue',
    agents: ['a', 'b', '7'],
  });
  expect(readReport('{"status":"done"}', file)).toMatchObject({ name: 'file-name', at: NOW, metrics: {} });
});

test.each([
  ['{"status":"do', /no JSON$/],
  ['', /no JSON$/],
  ['[]', /no JSON object/],
  ['{"status":"__proto__"}', /its status is none of permission, /],
  ['{}', /its status/],
])('%s is no report', (text, problem) => {
  expect(readReport(text, file)).toEqual({ problem: expect.stringMatching(problem) });
});

test('malformed neighbours never hide a good file', () => {
  const junk = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ status: fc.anything(), agents: fc.anything(), metrics: fc.anything() }).map(text),
    fc
      .record({
        tmux_session: fc.string(),
        status: fc.constantFrom(...HOOK_STATUSES),
        timestamp: fc.double(),
      })
      .map(text),
  );
  fc.assert(
    fc.property(fc.array(junk), fc.constantFrom(...HOOK_STATUSES), (texts, status) => {
      const good = report({ tmux_session: 'the-good-one', session_id: 'x', status });
      const read = [...texts.map((one) => readReport(one, file)), good];
      const reports = read.flatMap((one) => ('problem' in one ? [] : one));
      const shown = new Host().look(reports, { live: ['the-good-one'] });
      expect(shown).toContainEqual(expect.objectContaining({ name: 'the-good-one', status }));
    }),
  );
});

function text(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

test('attention stands while the status does, under the number and time of its first report', () => {
  const host = new Host();
  host.look([report({ name: 'dev', tmux_session: 'dev', status: 'working' })]);
  expect(host.facts).toMatchObject([
    { gone: false, session: { status: 'working', attention: null, live: true } },
  ]);
  host.look([
    report({ tmux_session: 'dev', status: 'permission', message: 'Bash?', timestamp: NOW / 1000 + 5 }),
  ]);
  const attention = { kind: 'permission', line: 'Bash?', since: NOW + 5000, event: 2, source: 'hook' };
  expect(host.facts).toMatchObject([{ session: { attention } }]);
  const later = report({
    tmux_session: 'dev',
    status: 'permission',
    message: 'Bash?',
    timestamp: NOW / 1000 + 9,
  });
  expect(host.look([later])).toMatchObject([{ attention, reportedAt: NOW + 9000 }]);
  expect(host.facts).toEqual([]);
  // Refused: the tool goes on.
  host.look([report({ tmux_session: 'dev', status: 'working', timestamp: NOW / 1000 + 12 })]);
  expect(host.facts).toMatchObject([{ session: { status: 'working', attention: null } }]);
  for (const [status, kind] of Object.entries({ waiting: 'input', error: 'error', done: 'done' })) {
    host.look([report({ tmux_session: 'dev', status })]);
    expect(host.facts).toMatchObject([{ session: { attention: { kind, event: host.events } } }]);
  }
  for (const status of ['idle', 'stopped'])
    expect(host.look([report({ tmux_session: 'dev', status })])).toMatchObject([{ attention: null }]);
});

test('the end of one agent is not the end of the session', () => {
  const agents = [
    { name: 'a', status: 'done' },
    { name: 'b', status: 'working' },
  ];
  expect(report({ status: 'done', agents }).status).toBe('working');
  expect(report({ status: 'done', agents: { a: 'done', b: { status: 'permission' } } }).status).toBe(
    'permission',
  );
  expect(report({ status: 'done', agents: [{ name: 'a', status: 'done' }] }).status).toBe('done');
  expect(report({ status: 'error', agents }).status).toBe('error');
  const other = report({ tmux_session: 'dev', session_id: 'main', status: 'working' });
  const helper = report({
    tmux_session: 'dev',
    session_id: 'helper',
    status: 'done',
    timestamp: NOW / 1000 + 1,
  });
  expect(new Host().look([helper, other])).toMatchObject([{ toolSessionId: 'main', status: 'working' }]);
  const own = report({ tmux_session: 'dev', session_id: 'main', status: 'done', timestamp: NOW / 1000 + 1 });
  expect(new Host().look([own, other])).toMatchObject([{ status: 'done' }]);
});

test('one that vanishes is gone; one that may be half written is not', () => {
  const host = new Host();
  host.look([report({ tmux_session: 'dev', status: 'waiting' })]);
  host.look([], { unsure: true });
  expect(host.facts).toEqual([]);
  host.look([]);
  expect(host.facts).toMatchObject([{ gone: true, session: { name: 'dev', attention: null } }]);
  host.look([]);
  expect(host.facts).toEqual([]);
});

test('without a tmux session it is left out after a day; most urgent come first', () => {
  const reports = ['done', 'permission', 'idle', 'waiting'].map((status) =>
    report({ tmux_session: status, status }),
  );
  const names = (now: number) => new Host().look(reports, { live: ['idle'], now }).map(({ name }) => name);
  expect(names(NOW + STALE_MS - 1)).toEqual(['permission', 'waiting', 'idle', 'done']);
  expect(names(NOW + STALE_MS)).toEqual(['idle']);
});

test('acknowledged is one question: the next one asks anew, also after a restart', () => {
  const host = new Host();
  const ask = (message: string) => report({ tmux_session: 'dev', status: 'waiting', message });
  host.look([ask('Which port?')]);
  host.answer('dev');
  host.look([ask('Which port?')]);
  expect(host.facts).toMatchObject([{ session: { status: 'waiting', attention: null } }]);
  expect(host.answer('dev')).toBe(false);
  host.look([ask('Which port?')]);
  expect(host.facts).toEqual([]);
  host.look([ask('And the host?')]);
  expect(host.facts).toMatchObject([{ session: { attention: { kind: 'input', event: 3 } } }]);
});

test('why what it asked for is asked no more is told with it', () => {
  const host = new Host();
  const is = (status: string, message = '') => [report({ tmux_session: 'dev', status, message })];
  host.look(is('permission', 'Bash?'));
  expect(host.facts[0]).not.toHaveProperty('cleared');
  host.look(is('waiting', 'Which port?'));
  expect(host.facts).toMatchObject([{ cleared: 'replaced', session: { attention: { event: 2 } } }]);
  host.answer('dev', 'typed');
  host.look(is('waiting', 'Which port?'));
  expect(host.facts).toMatchObject([{ cleared: 'typed', session: { attention: null } }]);
  host.look(is('error', 'No network'));
  host.look(is('working'));
  expect(host.facts).toMatchObject([{ cleared: 'went-on' }]);
  host.look(is('done'));
  host.look([]);
  expect(host.facts).toMatchObject([{ cleared: 'ended', gone: true }]);
});

test('what has no tmux session any more is put away for good, until its tool reports anew', () => {
  const host = new Host();
  const at = (seconds: number) => [
    report({ tmux_session: 'dev', status: 'done', message: 'All green', timestamp: NOW / 1000 + seconds }),
  ];
  const gone = { live: [] };
  host.look(at(0), gone);
  expect(host.answer('dev', 'typed')).toBe(true);
  host.look(at(0), gone);
  expect(host.sessions).toMatchObject([{ name: 'dev', attention: null }]);
  expect(host.answer('dev')).toBe(true);
  host.look(at(0), gone);
  expect(host.facts).toMatchObject([{ gone: true }]);
  for (const look of [gone, {}, { unsure: true }]) {
    expect(host.look(at(0), look)).toEqual([]);
    expect(host.facts).toEqual([]);
  }
  // What a tool says as its terminal goes brings nothing back.
  expect(host.look([report({ tmux_session: 'dev', status: 'stopped' })], gone)).toEqual([]);
  expect(host.look(at(60), gone)).toMatchObject([{ name: 'dev' }]);
  expect(host.facts).toMatchObject([{ gone: false, session: { reportedAt: NOW + 60_000 } }]);
});

test('a report of days ago does not come back with a tmux session of its name', () => {
  const host = new Host();
  const old = [report({ tmux_session: 'dev', status: 'permission' })];
  host.look(old, { live: [] });
  const late = { live: [], now: NOW + STALE_MS };
  host.look(old, late);
  expect(host.facts).toMatchObject([{ gone: true, cleared: 'ended' }]);
  expect(host.look(old, { now: NOW + STALE_MS + 1 })).toEqual([]);
  expect(host.facts).toEqual([]);
  host.look([], late);
  expect(host.facts).toEqual([]);
  expect(host.told).toEqual({});
});

test('a snooze is told, stands over changes, and raises anew what still stands at its end', () => {
  const host = new Host();
  const ask = [report({ tmux_session: 'dev', status: 'waiting', message: 'Which port?' })];
  host.look(ask);
  const until = NOW + 1000;
  host.told = snooze(host.told, 'dev', { until, now: NOW });
  host.look(ask);
  expect(host.facts).toMatchObject([{ session: { attention: { event: 1, snoozedUntil: until } } }]);
  host.look(ask, { now: until - 1 });
  expect(host.facts).toEqual([]);
  host.look(ask, { now: until });
  expect(host.facts).toMatchObject([
    { cleared: 'replaced', session: { attention: { event: 3, snoozedUntil: null } } },
  ]);
  host.look(ask, { now: until + 1 });
  expect(host.facts).toEqual([]);
  host.told = snooze(host.told, 'dev', { until: until + 1000, now: until });
  host.look(ask, { now: until });
  // Ended by hand: whoever ended it knows of it.
  host.told = snooze(host.told, 'dev', { until: 0, now: until });
  host.look(ask, { now: until + 5000 });
  expect(host.facts).toMatchObject([{ session: { attention: { event: 3, snoozedUntil: null } } }]);
});

test('it is explained by what its file says, and by who answered', () => {
  const host = new Host();
  const verdict = () => {
    const known = host.told.dev;
    return known && explain(known);
  };
  host.look([report({ tmux_session: 'dev', status: 'permission', message: 'Bash?' })]);
  const said = { source: 'hook', rule: 'external-permission', activity: 'waiting', attention: 'permission' };
  expect(verdict()).toMatchObject({ ...said, seen: 'Bash?', holds: true, lost: '' });
  host.answer('dev', 'typed');
  host.look([report({ tmux_session: 'dev', status: 'permission', message: 'Bash?' })]);
  expect(verdict()).toMatchObject({ holds: false, lost: 'typed since' });
});
