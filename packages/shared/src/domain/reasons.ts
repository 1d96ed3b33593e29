/**
 * Every reason an error can have: its gRPC status code, the exit code of `berth`, and the hint
 * that is shown unless the place that threw knows a better one. Reasons are a public surface:
 * they are only ever added to.
 */

import { EXIT } from './exit-codes.ts';
import { CODE } from './rpc-codes.ts';
import { type ReasonEntry, USAGE_REASONS } from './usage-reasons.ts';

const table = {
  ...USAGE_REASONS,

  // Host unreachable: exit 3.
  HOST_UNREACHABLE: {
    grpc: CODE.unavailable,
    exit: EXIT.unreachable,
    hint: 'check that the host is up: ssh HOST true',
  },
  HOST_KEY_CHANGED: {
    grpc: CODE.unavailable,
    exit: EXIT.refused,
    hint: 'if the machine was rebuilt, remove its old key with ssh-keygen -R, else somebody may be listening in',
  },
  HOST_KEY_UNKNOWN: {
    grpc: CODE.unavailable,
    exit: EXIT.refused,
    hint: 'connect once by hand and check the key: ssh HOST true',
  },
  PERMISSION_DENIED: {
    grpc: CODE.permissionDenied,
    exit: EXIT.refused,
    hint: 'check user and key: ssh HOST true must work without a password',
  },
  AGENT_MISSING: {
    grpc: CODE.unavailable,
    exit: EXIT.unreachable,
    hint: 'bring one: berth host add HOST',
  },
  LEDGER_UNREACHABLE: {
    grpc: CODE.unavailable,
    exit: EXIT.unreachable,
    hint: 'on the host: systemctl status berth-ledger',
  },
  AGENT_START_FAILED: { grpc: CODE.unavailable, exit: EXIT.unreachable, hint: 'see the log of the agent' },

  // Not found: exit 4.
  SESSION_NOT_FOUND: {
    grpc: CODE.notFound,
    exit: EXIT.notFound,
    hint: 'see berth list --all for all sessions',
  },
  HOST_NOT_FOUND: { grpc: CODE.notFound, exit: EXIT.notFound, hint: 'see berth host list for the hosts' },
  START_NOT_FOUND: { grpc: CODE.notFound, exit: EXIT.notFound, hint: 'see what there is: berth history' },
  FILE_NOT_FOUND: {
    grpc: CODE.notFound,
    exit: EXIT.notFound,
    hint: 'paths are relative to the workspace of the session: berth exec SESSION ls',
  },
  FORWARD_NOT_FOUND: {
    grpc: CODE.notFound,
    exit: EXIT.notFound,
    hint: 'see what there is: berth forward --list',
  },
  PORT_CLOSED: {
    grpc: CODE.notFound,
    exit: EXIT.notFound,
    hint: 'see what it listens on: berth show SESSION',
  },
  EDITOR_NOT_INSTALLED: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.notFound,
    hint: 'bring one: berth host code install HOST',
  },
  PRESET_UNAVAILABLE: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.notFound,
    hint: 'run any command without a tool: berth start -- bash -c "echo hello"',
  },

  // No capacity: exit 5.
  SLOT_EXHAUSTED: {
    grpc: CODE.resourceExhausted,
    exit: EXIT.noCapacity,
    hint: 'ask for less with --memory, or end a session: berth list --status running',
  },
  DISK_FULL: {
    grpc: CODE.resourceExhausted,
    exit: EXIT.noCapacity,
    hint: 'free some space on the host and try again',
  },

  NO_CAPACITY: {
    grpc: CODE.resourceExhausted,
    exit: EXIT.noCapacity,
    hint: 'wait in line with --queue, ask for less with --memory, or see what there is: berth status',
  },
  DISK_QUOTA: {
    grpc: CODE.resourceExhausted,
    exit: EXIT.noCapacity,
    hint: 'remove what is not needed any more: berth prune',
  },

  // Refused: exit 6.
  SECRETS_FOUND: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.refused,
    hint: 'keep the files back with .berthignore, or send them all the same with --allow-secrets',
  },
  HOST_MISMATCH: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.refused,
    hint: 'if the machine was replaced on purpose, forget the old one: berth host forget HOST',
  },
  VERSION_MISMATCH: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.refused,
    hint: 'bring both to the same version',
  },
  HOST_DRAINING: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.noCapacity,
    hint: 'use another host, or end the draining: berth host undrain HOST',
  },
  QUOTA_EXCEEDED: {
    grpc: CODE.resourceExhausted,
    exit: EXIT.refused,
    hint: 'end a session, or ask whoever runs the host for more',
  },
  HOST_UNSUITABLE: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.refused,
    hint: 'mend that on the host, and run the command again',
  },
  EDITOR_UNSUPPORTED: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.refused,
    hint: 'open it in the VS Code of your own machine: berth code SESSION --desktop',
  },
  JOURNAL_NEWER: { grpc: CODE.failedPrecondition, exit: EXIT.refused, hint: 'run a newer berthd' },
  READ_ONLY: { grpc: CODE.permissionDenied, exit: EXIT.refused, hint: 'attach again without --read-only' },

  // Conflict: exit 7.
  NAME_AMBIGUOUS: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'use more of the id, or host:session',
  },
  NAME_TAKEN: {
    grpc: CODE.alreadyExists,
    exit: EXIT.conflict,
    hint: 'choose another name, or attach to that session',
  },
  SESSION_ENDED: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'see what it left: berth output SESSION',
  },
  LOCAL_PORT_TAKEN: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'leave the local port out, and a free one is taken',
  },
  EDITOR_NOT_RUNNING: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'start it: berth code SESSION',
  },
  SESSION_ALIVE: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'end it first: berth kill SESSION',
  },
  BRANCH_DIVERGED: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'merge or rename your branch, or fetch into another with --branch NAME',
  },
  BRANCH_IN_USE: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'switch to another branch there, or fetch into another with --branch NAME',
  },
  SESSION_NOT_RUNNING: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'wait until it runs: berth list',
  },
  RESERVATION_EXPIRED: { grpc: CODE.failedPrecondition, exit: EXIT.conflict, hint: 'reserve again' },
  REQUEST_ID_REUSED: {
    grpc: CODE.alreadyExists,
    exit: EXIT.conflict,
    hint: 'use a new request id for a new request',
  },
  AGENT_RUNNING: { grpc: CODE.failedPrecondition, exit: EXIT.conflict, hint: 'stop the other agent first' },
  INPUT_NOT_TAKEN: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'look at its screen: berth output SESSION --screen',
  },
  WATCH_RUNNING: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'end the other one, or leave out --notify',
  },
  EVENTS_GONE: { grpc: CODE.outOfRange, exit: EXIT.conflict, hint: 'watch from the oldest event kept' },

  HOST_BUSY: {
    grpc: CODE.failedPrecondition,
    exit: EXIT.conflict,
    hint: 'see what runs there: berth list --host HOST',
  },

  // Ran out, failed.
  INTERRUPTED: { grpc: CODE.aborted, exit: EXIT.interrupted, hint: 'run the command again' },
  DEADLINE: {
    grpc: CODE.deadlineExceeded,
    exit: EXIT.timeout,
    hint: 'try again, or allow more time with --timeout',
  },
  NOTIFY_FAILED: {
    grpc: CODE.aborted,
    exit: EXIT.failed,
    hint: 'prove the way with berth watch --notify --test',
  },
  EXEC_FAILED: { grpc: CODE.aborted, exit: EXIT.failed, hint: 'see what there is: berth exec SESSION ls' },
  EDITOR_FAILED: {
    grpc: CODE.aborted,
    exit: EXIT.failed,
    hint: 'see what is installed there: berth host code show HOST',
  },
  EDITOR_INSTALL_FAILED: {
    grpc: CODE.aborted,
    exit: EXIT.failed,
    hint: 'mend that and run the command again: nothing is half there',
  },
  GIT_FAILED: { grpc: CODE.aborted, exit: EXIT.failed, hint: 'see what git says above' },
  PROVIDER_FAILED: {
    grpc: CODE.aborted,
    exit: EXIT.failed,
    hint: 'see what the provider says above',
  },
  SESSION_START_FAILED: { grpc: CODE.aborted, exit: EXIT.failed, hint: 'see berth output SESSION' },
  INTERNAL: { grpc: CODE.internal, exit: EXIT.failed, hint: 'look for the id in the log of the agent' },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof table;
export const REASONS: Readonly<Record<Reason, ReasonEntry>> = table;

/** True if the text names a reason this version knows. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(table, text);
}
