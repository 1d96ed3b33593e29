/** What the fake client answers to the calls of the page. */
import type { FleetState, UiCalls } from '../../../packages/client/src/web/protocol.ts';
import { ago, EVENTS, FLEET } from './fake-fleet.ts';

export const SCREEN: readonly string[] = [
  '● The cookie is read as berth_session in middleware/auth.ts',
  '  and written as berth-session by the new login handler.',
  '',
  '● I renamed it in both places and added a test.',
  '',
  '  Bash(npm run migrate -- --env staging)',
  '  Do you want to proceed?  ❯ 1. Yes   2. No',
];

const DIFF = `diff --git a/src/middleware/auth.ts b/src/middleware/auth.ts
index 4b1c0aa..9d2f771 100644
--- a/src/middleware/auth.ts
+++ b/src/middleware/auth.ts
@@ -14,8 +14,9 @@ export function authenticate(request: Request): User | null {
   const cookies = parseCookies(request.headers.cookie);
-  const id = cookies['berth_session'];
+  const id = cookies[SESSION_COOKIE];
   if (!id) return null;
-  return sessions.get(id) ?? null;
+  const user = sessions.get(id);
+  return user && !user.expired ? user : null;
 }
 
 export function logOut(response: Response): void {
diff --git a/test/auth.test.ts b/test/auth.test.ts
new file mode 100644
index 0000000..8c1f2bb
--- /dev/null
+++ b/test/auth.test.ts
@@ -0,0 +1,6 @@
+import { authenticate } from '../src/middleware/auth.ts';
+
+it('takes the cookie that the log-in wrote <b>not bold</b>', () => {
+  const request = withCookie(SESSION_COOKIE, 'abc');
+  expect(authenticate(request)?.name).toBe('ada');
+});
`;

export type Answers = {
  [M in keyof UiCalls]: (
    params: UiCalls[M]['params'],
  ) => UiCalls[M]['result'] | Promise<UiCalls[M]['result']>;
};

/** `origin`: of another site of the fake server, for frames. */
export function fakeAnswers(origin: string, fleet: FleetState): Answers {
  let layout: unknown = null;
  return {
    about: () => ({ version: '0.1.0', sound: false, preset: 'claude', size: '', memory: '32G' }),
    show: ({ session }) => {
      const row = fleet.sessions[session];
      if (!row) throw new Error('there is no such session');
      return {
        row,
        git: {
          branch: 'fix-auth',
          commit: '9d2f771c0ffee',
          dirty_files: 2,
          ahead: 3,
          behind: 0,
          upstream: 'origin/main',
        },
        artifacts: [
          { path: 'report.html', bytes: 4210, modified_at: ago(4) },
          { path: 'plots/latency.png', bytes: 48_231, modified_at: ago(9) },
          { path: 'summary.md', bytes: 1822, modified_at: ago(12) },
          { path: 'traces/run-1.tar.zst', bytes: 18_231_004, modified_at: ago(31) },
        ],
        history: [
          { state: 'reserved', at: ago(42) },
          { state: 'starting', at: ago(42) },
          { state: 'running', at: ago(41) },
        ],
        ports:
          row.status === 'running'
            ? [
                { port: 5173, program: 'node', pid: 4121 },
                { port: 9229, program: 'node', pid: 4121 },
              ]
            : [],
        ssh: `ssh -t ${row.vm_name} tmux -S /run/user/1000/berth/${row.session_id}.sock attach`,
        editor: { state: 'stopped', detail: '' },
      };
    },
    screen: () => ({ lines: SCREEN }),
    search: ({ text }) => ({
      matches: [
        { line: 4120, text: `FAIL test/auth.test.ts > takes the ${text} that the log-in wrote` },
        { line: 3877, text: `note: ${text} is read in middleware/auth.ts:15` },
        { line: 120, text: `grep -rn ${text} src` },
      ],
      complete: true,
    }),
    diff: () => ({ text: DIFF, complete: true }),
    kill: () => ({}),
    acknowledge: () => ({}),
    snooze: () => ({}),
    rename: () => ({}),
    tag: () => ({}),
    suspend: () => ({}),
    resume: () => ({}),
    plan: ({ host }) => ({
      host: host || 'build-3',
      hosts: [
        { name: 'build-3', fits: true, why: '1 of 4 slots free, already paid for' },
        { name: 'spare', fits: true, why: '4 of 4 slots free; idle, and would stay so' },
        { name: 'local', fits: false, why: 'takes no more than 12 GiB' },
        { name: 'gpu-1', fits: false, why: 'all 4 slots are taken, 2 wait in line' },
        { name: 'old-box', fits: false, why: 'does not answer: No route to host' },
      ],
    }),
    start: () => ({ session: Object.keys(FLEET.sessions)[4] ?? '' }),
    doctor: () => ({
      checks: [
        { name: 'reach', ok: true, detail: 'ssh answers in 41 ms', hint: '' },
        { name: 'agent', ok: true, detail: 'berthd 0.1.0 runs under systemd', hint: '' },
        {
          name: 'linger',
          ok: false,
          detail: 'sessions end when you log out',
          hint: 'on the host: loginctl enable-linger dev',
        },
        { name: 'disk', ok: true, detail: '212 GiB free of 480 GiB', hint: '' },
      ],
    }),
    events: () => ({ events: EVENTS, failures: [] }),
    openArtifact: ({ path, how }) => ({
      url: how === 'page' ? `${origin}/page` : `/api/artifact?link=${encodeURIComponent(path)}`,
    }),
    openEditor: () => ({ url: `${origin}/editor` }),
    stopEditor: () => ({}),
    openPort: ({ port }) => ({ url: `${origin}/port/${port}` }),
    getLayout: () => ({ layout }),
    putLayout: (params) => {
      layout = params.layout;
      return {};
    },
  };
}
