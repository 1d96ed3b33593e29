/** The states of a session, as both sides name them. The agent's state machine alone moves between them. */

/** Exact states, in the order of a life. */
export const SESSION_STATES = [
  'queued',
  'reserved',
  'starting',
  'running',
  'suspended',
  'completed',
  'failed',
  'killed',
  'lost',
  'expired',
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** What people and scripts see: `berth list --status`. */
export const SESSION_STATUSES = [
  'pending',
  'running',
  'suspended',
  'completed',
  'failed',
  'killed',
  'lost',
] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Why a session failed. `unknown`: it ended and left no exit code. */
export const FAILURE_REASONS = ['exit', 'oom', 'timeout', 'start', 'unknown'] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

const FINAL: ReadonlySet<SessionState> = new Set(['completed', 'failed', 'killed', 'lost', 'expired']);

/** A final state never changes again, and holds no slot. */
export function isFinal(state: SessionState): boolean {
  return FINAL.has(state);
}

/** The status that stands for a state; an expired reservation counts as killed (nobody lists it). */
export function statusOf(state: SessionState): SessionStatus {
  switch (state) {
    case 'queued':
    case 'reserved':
    case 'starting':
      return 'pending';
    case 'expired':
      return 'killed';
    case 'running':
    case 'suspended':
    case 'completed':
    case 'failed':
    case 'killed':
    case 'lost':
      return state;
  }
}

/** What becomes of a session whose machine went down under it. */
export const RESTART_POLICIES = ['never', 'on-reboot'] as const;
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

/** Who keeps a session within its slot: nobody, or the kernel by a cgroup. */
export type Enforcement = 'advisory' | 'kernel';
