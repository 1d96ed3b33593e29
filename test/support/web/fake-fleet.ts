/** Hosts and sessions in every state, for looking at the page: nothing of it runs. */
import type { EventRow, FleetState, HostRow, SessionRow } from '../../../packages/client/src/web/protocol.ts';

const GIB = 1024 ** 3;

/** When the fake world stands still. */
export const NOW = Date.parse('2026-11-21T14:20:00Z');
export const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

type More = Partial<SessionRow>;

function session(host: string, name: string, minutes: number, more: More = {}): [string, SessionRow] {
  const id = `sess-20261121-${String(100000 + minutes)}-${name.slice(0, 6).padEnd(6, 'x').replaceAll('-', '0')}`;
  const row: SessionRow = {
    session_id: id,
    name,
    vm_name: host,
    hostname: host === 'local' ? 'laptop' : `${host}.internal`,
    session: name,
    status: 'running',
    state: 'running',
    failure_reason: null,
    detail: '',
    attention: null,
    activity: 'working',
    figures: {
      turns: 12,
      input_tokens: 184_220,
      output_tokens: 20_113,
      tool_calls: { Bash: 20 },
      subagents: 0,
    },
    headless: false,
    skip_permissions: false,
    external: false,
    remote: host !== 'local',
    prompt: '',
    preset: 'claude',
    argv: [],
    created_at: ago(minutes),
    started_at: ago(minutes),
    ended_at: null,
    age_minutes: minutes,
    exit_code: null,
    memory_bytes: 32 * GIB,
    memory_peak_bytes: 11 * GIB,
    memory_used_bytes: 6.2 * GIB,
    cpu_seconds: 812,
    cpu_percent: 64,
    oom_kills: 0,
    enforcement: 'kernel',
    restart: 'never',
    attached_clients: 0,
    incarnation: 1,
    tags: {},
    workspace: `/home/dev/.local/state/berth/sessions/${id}/workspace`,
    source: { kind: 'empty' },
    env_names: [],
    transcript_start: 0,
    transcript_end: 88_120,
    queue_place: null,
    queued_at: null,
    suspend_requested_at: null,
    region: 'westus3',
    stale_since: null,
    ...more,
  };
  return [`${host}:${id}`, row];
}

function ended(minutes: number, after: number, more: More): More {
  return {
    ended_at: ago(minutes - after),
    memory_used_bytes: 0,
    cpu_percent: 0,
    activity: 'unknown',
    ...more,
  };
}

function asks(
  kind: 'permission' | 'input' | 'error' | 'done',
  minutes: number,
  reason: string,
  line: string,
): More {
  const attention = { kind, reason, line, since: ago(minutes), source: 'hook', snoozed_until: null } as const;
  return { attention, activity: 'waiting' };
}

/** The first is the one that pictures show. */
const SESSIONS: readonly [string, SessionRow][] = [
  session('gpu-1', 'fix-auth', 42, {
    ...asks('permission', 3, 'wants to run Bash', 'npm run migrate -- --env staging'),
    prompt: 'Log-ins fail after the session cookie was renamed. Find out why, mend it, and add a test.',
    tags: { team: 'core', ticket: 'BER-214' },
    memory_used_bytes: 9.4 * GIB,
  }),
  session('build-3', 'flaky-tests', 95, {
    ...asks('input', 11, 'Which of the two retry policies should stay?', ''),
    prompt: 'Make the integration tests pass ten times in a row.',
    preset: 'codex',
  }),
  session('gpu-1', 'train-ranker', 180, {
    ...asks('error', 1, 'the kernel ended python3 for memory', ''),
    prompt: 'Train the ranker on the new split and write a report.',
    memory_used_bytes: 30.8 * GIB,
  }),
  session('local', 'docs', 61, {
    ...asks('done', 6, 'finished its turn', ''),
    prompt: 'Rewrite the guide for new users.',
  }),
  session('build-3', 'api-v2', 12, { prompt: 'Sketch the endpoints of version 2 and list what breaks.' }),
  session('build-3', 'web-perf', 240, {
    prompt: 'Bring the first paint under one second on a slow phone; keep a log of every measurement.',
    memory_used_bytes: 25.1 * GIB,
  }),
  session('local', 'shell', 320, {
    preset: 'shell',
    activity: 'idle',
    memory_used_bytes: 0.2 * GIB,
    memory_bytes: 4 * GIB,
  }),
  session('gpu-1', 'data-import', 33, {
    status: 'suspended',
    state: 'suspended',
    prompt: 'Import the archive.',
  }),
  session('gpu-1', 'nightly', 4, {
    status: 'pending',
    state: 'queued',
    queue_place: 2,
    started_at: null,
    prompt: 'Run the nightly checks.',
    memory_used_bytes: 0,
  }),
  session('old-box', 'refactor-billing', 700, { prompt: 'Split the billing module.', stale_since: ago(18) }),
  session('build-3', 'bump-deps', 210, {
    ...ended(210, 25, { status: 'completed', state: 'completed', exit_code: 0 }),
    prompt: 'Bring all dependencies up to date.',
  }),
  session('build-3', 'port-to-arm', 400, {
    ...ended(400, 31, {
      status: 'failed',
      state: 'failed',
      exit_code: 3,
      failure_reason: 'exit',
      detail: 'exit code 3',
    }),
    prompt: 'Build everything on arm64.',
  }),
  session('gpu-1', 'embeddings', 500, {
    ...ended(500, 3, {
      status: 'failed',
      state: 'failed',
      failure_reason: 'oom',
      detail: 'it used more than its 32 GiB',
    }),
    prompt: 'Compute the embeddings.',
  }),
];

function vm(
  name: string,
  used: number,
  capacity: number,
  more: Partial<NonNullable<HostRow['vm']>> = {},
): HostRow['vm'] {
  return {
    name,
    size: 'l',
    region: 'westus3',
    price_per_hour: 1.01,
    capacity,
    active_sessions: used,
    available_capacity: capacity - used,
    queued_sessions: 0,
    memory_total_bytes: 128 * GIB,
    memory_reserved_bytes: used * 32 * GIB,
    memory_capacity_bytes: 124 * GIB,
    memory_used_bytes: used * 8.3 * GIB,
    state: 'online',
    idle: false,
    idle_since: null,
    enforcement: 'kernel',
    ...more,
  };
}

function host(name: string, more: Partial<HostRow>): HostRow {
  return {
    name,
    state: 'online',
    latency_ms: 12,
    age_ms: 0,
    error: null,
    link: 'connected',
    link_since: ago(300),
    as_of: ago(0),
    vm: null,
    presets: ['claude', 'codex', 'gemini', 'shell'],
    warnings: [],
    ...more,
  };
}

const HOSTS: readonly HostRow[] = [
  host('local', {
    latency_ms: 1,
    vm: vm('local', 2, 4, {
      size: '',
      region: '',
      price_per_hour: null,
      enforcement: 'advisory',
      memory_total_bytes: 32 * GIB,
      memory_capacity_bytes: 24 * GIB,
      memory_reserved_bytes: 12 * GIB,
      memory_used_bytes: 5.1 * GIB,
    }),
    warnings: ['memory is advisory here: this machine has no cgroup that this user may write to'],
  }),
  host('gpu-1', {
    latency_ms: 38,
    vm: vm('gpu-1', 4, 4, { queued_sessions: 2, price_per_hour: 3.67, memory_reserved_bytes: 124 * GIB }),
  }),
  host('build-3', { latency_ms: 41, vm: vm('build-3', 3, 4) }),
  host('spare', {
    latency_ms: 44,
    vm: vm('spare', 0, 4, { idle: true, idle_since: ago(96), memory_used_bytes: 0 }),
  }),
  host('old-box', {
    state: 'unreachable',
    link: 'unreachable',
    link_since: ago(18),
    as_of: ago(18),
    latency_ms: 0,
    error: 'ssh: connect to host old-box.internal port 22: No route to host',
    vm: vm('old-box', 1, 2, {
      size: 'm',
      price_per_hour: 0.5,
      memory_total_bytes: 64 * GIB,
      memory_capacity_bytes: 60 * GIB,
    }),
  }),
  host('new-vm', { state: 'connecting', link: 'connecting', as_of: null, latency_ms: 0, presets: [] }),
];

export const FLEET: FleetState = {
  sessions: Object.fromEntries(SESSIONS),
  hosts: Object.fromEntries(HOSTS.map((row) => [row.name, row])),
};

export const KEYS: readonly string[] = SESSIONS.map(([key]) => key);

const EVENT_TEXTS: readonly [kind: string, type: string, more: Record<string, unknown>][] = [
  [
    'attention',
    'attention_raised',
    { attention_kind: 'permission', reason: 'wants to run Bash', line: 'npm run migrate' },
  ],
  ['activity', 'activity_changed', { activity: 'waiting', source: 'hook' }],
  ['files', 'files_changed', { folders: ['src/auth', 'test'], files: 4 }],
  ['state', 'session_changed', { state: 'running' }],
  ['output', 'output_changed', { printing: true, transcript_end: 88_120 }],
  ['artifacts', 'artifact_changed', { path: 'report.html', bytes: 4210 }],
  ['memory', 'memory_pressure', { high: true, used_bytes: 30.8 * GIB, slot_bytes: 32 * GIB }],
];

export const EVENTS: readonly EventRow[] = Array.from({ length: 60 }, (_, index): EventRow => {
  const [kind, type, more] = EVENT_TEXTS[index % EVENT_TEXTS.length] ?? ['state', 'session_changed', {}];
  const row = SESSIONS[(index * 5) % SESSIONS.length]?.[1];
  const at = new Date(NOW - (60 - index) * 47_000).toISOString();
  const [host, session_id, name] = [row?.vm_name ?? '', row?.session_id ?? '', row?.session ?? ''];
  return { host, number: 400 + index, at, session_id, session: name, kind, type, ...more };
});
