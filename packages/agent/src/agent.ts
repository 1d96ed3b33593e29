/** The agent put together: adapters, application and server, from a config. */
import { randomInt } from 'node:crypto';
import { hostname as machineName, totalmem } from 'node:os';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import { ID_SPACE, sessionId } from '@berth/shared/domain/session-id';
import { oneLine } from '@berth/shared/domain/text';
import { VERSION } from '@berth/shared/domain/version';
import type { Config } from './config.ts';
import { announce } from './discovery.ts';
import { capacityOf, holdings } from './domain/ledger.ts';
import { holdsSlot } from './domain/session.ts';
import { createLoginEnvironment } from './environment/login-environment.ts';
import { ownProgram } from './executable.ts';
import { createSessionFiles } from './files/session-files.ts';
import { createHooks } from './hooks.ts';
import { bootId, createHostSnapshot, hostId } from './host.ts';
import { createWatcher } from './inotify/watcher.ts';
import { openOrReplace } from './journal/damage.ts';
import { Feed } from './journal/feed.ts';
import { lockStateDirectory } from './journal/lock.ts';
import type { Log } from './log.ts';
import { notifyReady } from './notify.ts';
import { createPlainUnits } from './plain/units.ts';
import { createPtys } from './pty/ptys.ts';
import { createTypedOffsets } from './pty/typed-offsets.ts';
import { attachHandler } from './rpc/attach.ts';
import { eventService } from './rpc/event-service.ts';
import { createWrapper } from './rpc/handler.ts';
import { hostService } from './rpc/host-service.ts';
import { serve } from './rpc/server.ts';
import { sessionService } from './rpc/session-service.ts';
import { terminalService } from './rpc/terminal-service.ts';
import { privateDirectory, secretDirectory } from './runtime-directory.ts';
import { Attachments } from './sessions/attachments.ts';
import { keepRecords, rebuild, reconcile } from './sessions/boot.ts';
import { Commands } from './sessions/commands.ts';
import { createDescribe } from './sessions/describe.ts';
import { observe } from './sessions/observe.ts';
import type { Units } from './sessions/ports.ts';
import { PresetRunner } from './sessions/preset-runner.ts';
import { Registry } from './sessions/registry.ts';
import { Supervisor } from './sessions/supervisor.ts';
import { createSystemdUnits, systemdUserAvailable } from './systemd/units.ts';
import { installTmuxAssets } from './tmux/assets.ts';
import { createTmuxTerminals } from './tmux/terminals.ts';
import { checkTmux } from './tmux/version.ts';
import { createTranscripts } from './transcript/transcripts.ts';

export interface Agent extends AsyncDisposable {
  readonly socket: string;
  readonly hostId: string;
}

/** Resolves when the agent serves. Throws BerthErrors that name what is missing or in the way. */
export async function startAgent(config: Config, log: Log): Promise<Agent> {
  const startedAt = Date.now();
  const warnings: string[] = [];
  const state = privateDirectory(config.stateDirectory);
  const runtime = privateDirectory(config.runtimeDirectory);
  const scope = new AsyncDisposableStack();
  scope.use(lockStateDirectory(path.join(state, 'agent.lock'), state));

  const tmux = await checkTmux('tmux');
  const secrets = secretDirectory(runtime);
  if (!secrets) warnings.push('no tmpfs: environments of sessions touch the disk until they start');
  const files = createSessionFiles({
    directory: privateDirectory(path.join(state, 'sessions')),
    socketDirectory: privateDirectory(path.join(runtime, 't')),
    secretDirectory: secrets ?? privateDirectory(path.join(runtime, 'env')),
  });

  const stamp = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '');
  const { journal, damaged } = openOrReplace(path.join(state, 'journal.db'), stamp);
  scope.use(journal);
  const id = hostId(state);
  const hostname = machineName();
  const now = () => Date.now();
  const feed = new Feed();
  const registry = new Registry({ journal, now, workspace: (session) => files.paths(session).workspace });
  registry.onChange(() => feed.publish());

  const units = await chooseUnits(config, log);
  const terminals = createTmuxTerminals({ tmux: tmux.program, ...(await installTmuxAssets(state)) });
  const transcripts = createTranscripts({
    capBytes: config.transcriptCap,
    onProblem: (message) => log.warn(message),
  });
  const watcher = createWatcher({ onProblem: (message) => log.warn(message) });
  const attachments = new Attachments({
    ptys: await createPtys({ tmux: tmux.program, home: config.home }),
    offsets: createTypedOffsets(privateDirectory(path.join(runtime, 'typed')), startedAt),
  });
  const describe = createDescribe({ files, transcripts, attachments });
  const effects = { registry, files, units, terminals, transcripts, now };
  const supervisor = new Supervisor({
    effects,
    watcher,
    observe: (session) => observe(session, { files, units, terminals, bootId: bootId() }),
    log: (level, fields, message) => log[level](fields, message),
  });
  scope.defer(() => supervisor.stop());

  const environment = createLoginEnvironment({
    shell: config.shell,
    home: config.home,
    base: process.env,
    onProblem: (message) => log.warn(message),
  });
  const presets = new PresetRunner({ programs: environment, hostname });
  const capacity = capacityOf(totalmem(), {
    ...(config.memoryCapacity === undefined ? {} : { capacityBytes: config.memoryCapacity }),
    ...(config.memoryReserve === undefined ? {} : { reserveBytes: config.memoryReserve }),
    ...(config.defaultSlot === undefined ? {} : { defaultSlotBytes: config.defaultSlot }),
  });
  const commands = new Commands({
    registry,
    supervisor,
    files,
    capacity,
    hostname,
    bootId: bootId(),
    now,
    newId: () => sessionId(Date.now(), randomInt(ID_SPACE)),
    reached: createHooks(process.env),
  });

  if (damaged) {
    const rebuilt = await rebuild({ registry, files });
    const message = `the journal was damaged (${messageOf(damaged.error)}) and is kept at ${damaged.keptAt}; ${rebuilt.sessions} sessions were rebuilt from their files`;
    log.error({ keptAt: damaged.keptAt, problems: rebuilt.problems }, message);
    registry.notice('JOURNAL_REBUILT', message);
    warnings.push(message, ...rebuilt.problems.map((problem) => `not rebuilt: ${oneLine(problem)}`));
  }
  const records = keepRecords({
    registry,
    files,
    onProblem: (session, error) =>
      log.warn({ session: session.id, error: messageOf(error) }, 'cannot keep the record of a session'),
  });
  scope.use(records);
  await reconcile({ registry, supervisor, files, held: holdsSlot });

  const wrap = createWrapper({ hostId: id, log });
  const shared = { wrap, registry, supervisor, files, transcripts, terminals, describe };
  const host = createHostSnapshot({
    id,
    hostname,
    startedAt,
    tmuxVersion: tmux.version,
    capacity,
    enforcement: units.enforcement,
    socketPath: config.socket,
    stateDirectory: state,
    registry,
    presets,
    warnings: () => (watcher.degraded ? [...warnings, INOTIFY_OUT] : warnings),
  });
  const server = await serve({
    socket: config.socket,
    services: {
      session: sessionService({
        ...shared,
        commands,
        presets,
        environment: () => environment.variables(),
      }),
      terminal: terminalService({
        ...shared,
        attach: attachHandler({ wrap, registry, files, attachments, describe }),
        typed: new Set(),
      }),
      event: eventService({ wrap, journal, feed }),
      host: hostService({ wrap, host }),
    },
  });
  scope.use(server);
  scope.use(await announce({ stateDirectory: state, socket: config.socket, program: ownProgram() }));
  await notifyReady(process.env, log);
  const held = holdings(registry.all());
  log.info({ socket: config.socket, host: id, sessions: held.heldSlots, version: VERSION }, 'serving');
  return { socket: config.socket, hostId: id, [Symbol.asyncDispose]: () => scope.disposeAsync() };
}

const INOTIFY_OUT =
  'out of inotify watches: output and ends are polled for; raise fs.inotify.max_user_watches and max_user_instances';

async function chooseUnits(config: Config, log: Log): Promise<Units> {
  const systemd = config.units === 'systemd' || (config.units === 'auto' && (await systemdUserAvailable()));
  log.info({ units: systemd ? 'systemd' : 'plain' }, 'sessions run as units');
  return systemd ? createSystemdUnits() : createPlainUnits();
}
