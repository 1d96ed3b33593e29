/** `berthd ledger`: keeps the memory that the users of this host share. Runs as root, and does little. */
import { chmodSync, lchownSync } from 'node:fs';
import { hostname, totalmem } from 'node:os';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import { makeDirectory } from '@berth/shared/files/make-directory';
import type { Config } from './config.ts';
import { capacityOf } from './domain/ledger.ts';
import { hostId } from './host.ts';
import { accountOf, allowedNames } from './ledger/accounts.ts';
import { Ledger } from './ledger/ledger.ts';
import { ledgerSocket } from './ledger/places.ts';
import { openSlotStore } from './ledger/slot-store.ts';
import type { Account } from './ledger/units-port.ts';
import type { Log } from './log.ts';
import { notifyReady, notifyState } from './notify.ts';
import { createWrapper } from './rpc/handler.ts';
import { serveLedger } from './rpc/ledger-service.ts';
import { cgroupLayout } from './systemd/cgroup.ts';
import { limitSlice, probeEnforcement } from './systemd/probe.ts';
import { createSharedUnits } from './systemd/shared-units.ts';

const STATE = '/var/lib/berth';
/** At most half of the unit's WatchdogSec. */
const LOOK_MS = 10_000;
/** How often sessions are looked at that may be stuck below their limits. */
const STUCK_MS = 5000;

/** Resolves when it serves all users that are allowed. */
export async function startLedger(config: Config, log: Log): Promise<AsyncDisposable> {
  const scope = new AsyncDisposableStack();
  makeDirectory(STATE, 0o755);
  const capacity = capacityOf(totalmem(), config.capacity);
  const store = scope.use(openSlotStore(path.join(STATE, 'ledger.db')));
  const layout = await cgroupLayout();
  const enforcement = await probeEnforcement('system', layout);
  await limitSlice('system', capacity.capacityBytes);
  const id = hostId(STATE);
  const units = createSharedUnits(layout);
  const ledger = new Ledger({ hostId: id, hostname: hostname(), capacity, enforcement, store, units });
  const wrap = createWrapper({ hostId: id, hostname: hostname(), log, onCall: () => {} });

  const served = new Map<string, { account: Account; server: AsyncDisposable }>();
  scope.defer(async () => {
    for (const { server } of served.values()) await server[Symbol.asyncDispose]();
  });
  const serveAllowed = async () => {
    const names = new Set(allowedNames());
    for (const [name, { server }] of served) {
      if (names.has(name)) continue;
      served.delete(name);
      await server[Symbol.asyncDispose]();
    }
    for (const name of names) {
      if (served.has(name)) continue;
      try {
        const account = await accountOf(name);
        served.set(name, { account, server: await serveAccount(account, { ledger, wrap }) });
      } catch (error) {
        log.error({ user: name, error: messageOf(error) }, 'cannot serve a user');
      }
    }
    log.info({ users: [...served.keys()], enforcement, capacity: capacity.capacityBytes }, 'serving');
  };
  await serveAllowed();
  // One after the other: two at once would both begin to serve the same user.
  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading
      .then(serveAllowed)
      .catch((error: unknown) => log.error({ error: messageOf(error) }, 'cannot read who is allowed'));
  });
  await notifyReady(process.env, log);
  const sweep = async () => {
    const uids = new Set([...served.values()].map(({ account }) => account.uid));
    await ledger.sweep(uids);
    // Who is allowed and has no account just now, as when a directory of users is away, keeps what runs.
    const allowed = allowedNames();
    if (allowed.length === served.size && allowed.every((name) => served.has(name)))
      await ledger.endEditorsBut(uids);
  };
  const look = () => {
    void notifyState(process.env, log, ['WATCHDOG=1']);
    sweep().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'cannot look at slots'));
  };
  const alive = setInterval(look, LOOK_MS);
  scope.defer(() => clearInterval(alive));
  const unstick = () => units.unthrottle(store.all().map(({ sessionId }) => sessionId));
  const looking = setInterval(() => {
    unstick().catch((error) => log.error({ error: messageOf(error) }, 'cannot lift a throttle'));
  }, STUCK_MS);
  scope.defer(() => clearInterval(looking));
  return scope;
}

/**
 * The directory is root's, and only the user's group may pass: the user cannot put anything else
 * in the place of the socket, which is the user's alone.
 */
async function serveAccount(
  account: Account,
  at: { ledger: Ledger; wrap: ReturnType<typeof createWrapper> },
): Promise<AsyncDisposable> {
  const socket = ledgerSocket(account.name);
  const directory = path.dirname(socket);
  makeDirectory(directory, 0o777);
  // Whatever the umask was: users pass through the one, and only theirs through the other.
  chmodSync(path.dirname(directory), 0o755);
  lchownSync(directory, 0, account.gid);
  chmodSync(directory, 0o710);
  const server = await serveLedger({ ...at, account, socket: { path: socket, descriptor: null } });
  lchownSync(socket, account.uid, account.gid);
  return server;
}
