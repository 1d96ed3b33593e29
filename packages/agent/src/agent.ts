/** The agent put together: adapters, application and server, from a config. */
import { randomInt } from 'node:crypto';
import { hostname as machineName } from 'node:os';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import type { Fact } from '@berth/shared/domain/event';
import { ID_SPACE, sessionId } from '@berth/shared/domain/session-id';
import type { SessionState } from '@berth/shared/domain/session-state';
import { VERSION } from '@berth/shared/domain/version';

import { keepAttention, watchAttention } from './attention.ts';
import type { Config } from './config.ts';
import { announce } from './discovery.ts';
import { figuresLine } from './domain/figures-line.ts';
import { holdings } from './domain/ledger.ts';
import { type Begun, holdsSlot } from './domain/session.ts';
import { createLoginEnvironment } from './environment/login-environment.ts';
import { ownProgram } from './executable.ts';
import { createSessionFiles } from './files/session-files.ts';
import { ADVISORY, enforcementOf, prepareGround } from './ground.ts';
import { watchEventLoop } from './health/event-loop.ts';
import { startHealth } from './health/health.ts';
import { createMetrics } from './health/metrics.ts';
import { createHooks } from './hooks.ts';
import { bootId, createHostSnapshot, hostId } from './host.ts';
import { createWatcher } from './inotify/watcher.ts';
import { openOrReplace } from './journal/damage.ts';
import { Feed } from './journal/feed.ts';
import { lockStateDirectory } from './journal/lock.ts';
import type { Log } from './log.ts';
import { notifyReady, notifyState } from './notify.ts';
import { createPtys } from './pty/ptys.ts';
import { createTypedOffsets } from './pty/typed-offsets.ts';
import { attachHandler } from './rpc/attach.ts';
import { attentionService } from './rpc/attention-service.ts';
import { eventService } from './rpc/event-service.ts';
import { createWrapper } from './rpc/handler.ts';
import { hostService } from './rpc/host-service.ts';
import { serve } from './rpc/server.ts';
import { sessionService } from './rpc/session-service.ts';
import { terminalService } from './rpc/terminal-service.ts';
import { privateDirectory, secretDirectory } from './runtime-directory.ts';
import { Attachments } from './sessions/attachments.ts';
import { keepRecords, rebuildFrom, reconcile } from './sessions/boot.ts';
import { Commands } from './sessions/commands.ts';
import { createDescribe } from './sessions/describe.ts';
import { Draining } from './sessions/draining.ts';
import { observe } from './sessions/observe.ts';
import { Presence } from './sessions/presence.ts';
import { PresetRunner } from './sessions/preset-runner.ts';
import { Registry } from './sessions/registry.ts';
import { sessionVariables } from './sessions/session-variables.ts';
import { agree, SlotReturns } from './sessions/slot-returns.ts';
import { Supervisor } from './sessions/supervisor.ts';
import { timedJournal } from './sessions/timed-journal.ts';
import { Typist } from './sessions/typist.ts';
import { killsMessage, UsageMeter } from './sessions/usage.ts';
import { inheritedSockets } from './systemd/activation.ts';
import { installTmuxAssets } from './tmux/assets.ts';
import { createTmuxScreens } from './tmux/screens.ts';
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
  const inherited = inheritedSockets(process.env, process.pid);
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
  const opened = openOrReplace(path.join(state, 'journal.db'), stamp);
  scope.use(opened.journal);
  const eventLoop = scope.use(watchEventLoop());
  const metrics = createMetrics({
    version: VERSION,
    sessionMemory: async () => usage.memoryBytes,
    figures: () => {
      const sessions: Partial<Record<SessionState, number>> = {};
      for (const { state } of registry.all()) sessions[state] = (sessions[state] ?? 0) + 1;
      const { heldBytes, heldSlots } = holdings(registry.all());
      return {
        sessions,
        heldSlots,
        heldBytes,
        capacityBytes: capacity.capacityBytes,
        attachedClients: attachments.total(),
        eventLagSeconds: feed.lagMs() / 1000,
        eventLoopLagSeconds: eventLoop.lagMs() / 1000,
      };
    },
  });
  const countKills = (kills: number) => {
    for (let kill = 0; kill < kills; kill++) metrics.oomKill();
  };
  const journal = timedJournal(opened.journal, metrics.journalCommit);
  const { capacity, units, sharedLedger, ...ground } = await prepareGround(config, log);
  scope.defer(() => ground.close());
  const id = ground.hostId ?? hostId(state);
  const hostname = machineName();
  const now = () => Date.now();
  const feed = new Feed();
  const attention = keepAttention({
    journal,
    registry: () => registry,
    now,
    cpuPercent: (session) => (units.usageIsDear ? null : (usage.of(session)?.cpuPercent ?? null)),
    log,
  });
  scope.use(attention);
  const registry = new Registry({
    journal,
    now,
    workspace: (session) => files.paths(session).workspace,
    publish: () => feed.publish(),
    overlay: (session) => attention.of(session),
  });
  /** For facts without which all goes on: attaching must work where the disk is full. */
  const mention = (session: string, fact: Fact) => {
    try {
      registry.tell([fact], session);
    } catch (error) {
      log.warn({ session, fact: fact.type, error: messageOf(error) }, 'cannot record what happened');
    }
  };
  registry.onChange((session) => {
    if (session.state === 'running') usage.begun(session);
    if ('oomKills' in session) countKills(session.oomKills - (usage.of(session.id)?.oomKills ?? 0));
  });

  const terminals = createTmuxTerminals({ tmux: tmux.program, ...(await installTmuxAssets(state)) });
  const transcripts = createTranscripts({
    capBytes: config.transcriptCap,
    onProblem: (message) => log.warn(message),
  });
  const watcher = createWatcher({ onProblem: (message) => log.warn(message) });
  const screens = createTmuxScreens({ tmux: tmux.program });
  const presence = scope.use(
    new Presence({
      onChange: (session, { attached, count }) =>
        mention(session, { type: 'clientsChanged', attachedClients: count, attached }),
    }),
  );
  const attachments = new Attachments({
    presence,
    ptys: await createPtys({ tmux: tmux.program, home: config.home }),
    offsets: createTypedOffsets(privateDirectory(path.join(runtime, 'typed')), startedAt),
  });
  const usage = new UsageMeter({
    units,
    active: () => registry.active(),
    paths: (session) => files.paths(session.id),
    now: () => performance.now(),
    clock: now,
    onOomKill: (session, kills) => {
      countKills(kills);
      log.warn({ session: session.id, kills }, 'processes of a session were ended for memory');
      registry.notice('OUT_OF_MEMORY', killsMessage(session.id, kills), session.id);
      attention.signal(session.id, { type: 'kernelKill', at: now(), kills });
    },
    onPressure: ({ id, memoryBytes: slotBytes }, pressure) =>
      mention(id, { type: 'memoryPressure', ...pressure, slotBytes }),
  });
  scope.use(usage);
  const describe = createDescribe({
    files,
    transcripts,
    attachments,
    usage,
    overlay: (session) => attention.of(session),
  });
  const environment = createLoginEnvironment({
    shell: config.shell,
    home: config.home,
    base: process.env,
    onProblem: (message) => log.warn(message),
  });
  const restage = async (session: Begun) => {
    const own = sessionVariables(session, { paths: files.paths(session.id), hostname });
    await files.restage(session, { ...(await environment.variables()), ...own });
  };
  const effects = { registry, files, units, terminals, transcripts, now, restage };
  const supervisor = new Supervisor({
    effects,
    watcher,
    observe: (session) => observe(session, { files, units, terminals, bootId: bootId() }),
    log: (level, fields, message) => log[level](fields, message),
  });
  scope.defer(() => supervisor.stop());
  const attentionWatch = watchAttention({
    keeper: attention,
    registry,
    supervisor,
    files,
    transcripts,
    terminals,
    watcher,
    now,
    log,
    stillMs: config.promptStillMs,
  });
  scope.use(attentionWatch);

  const slotReturns =
    sharedLedger &&
    scope.use(
      new SlotReturns({
        registry,
        ledger: sharedLedger,
        onProblem: (session, error) =>
          log.warn({ session, error: messageOf(error) }, 'cannot give a slot back yet'),
      }),
    );
  const presets = new PresetRunner({ programs: environment, hostname });
  const draining = new Draining({ journal, registry });
  const commands = new Commands({
    registry,
    supervisor,
    files,
    capacity,
    hostname,
    bootId: bootId(),
    now,
    newId: () => sessionId(Date.now(), randomInt(ID_SPACE)),
    draining: () => draining.now,
    maxSessions: config.maxSessions,
    sharedLedger,
    giveBack: async (sessionId) => await slotReturns?.giveBack(sessionId),
    reached: createHooks(process.env),
  });

  const health = await startHealth({
    env: process.env,
    log,
    metrics,
    eventLoop,
    journal,
    socket: config.socket,
    httpPort: config.httpPort,
    draining: () => draining.now,
    terminals: () =>
      registry
        .running()
        .map(({ id }) => ({ sessionId: id, observe: () => terminals.observe(files.paths(id)) })),
    notify: (text) => notifyState(process.env, log, [text]),
    status: () => figuresLine({ ...holdings(registry.all()), capacityBytes: capacity.capacityBytes }),
  });
  scope.use(health);

  if (opened.damaged) {
    const told = await rebuildFrom(opened.damaged, { registry, files });
    for (const { id } of registry.all()) attention.isOld(id);
    log.error(told.fields, told.message);
    warnings.push(told.message, ...told.problems);
  }
  const records = keepRecords({
    registry,
    files,
    onProblem: (session, error) =>
      log.warn({ session: session.id, error: messageOf(error) }, 'cannot keep the record of a session'),
  });
  scope.use(records);
  if (sharedLedger) {
    await agree(registry, sharedLedger, (session, error) =>
      log.error({ session, error: messageOf(error) }, 'the ledger has no slot for a session that goes on'),
    );
  }
  await reconcile({ registry, supervisor, files, held: holdsSlot });
  attentionWatch.begin();

  if (!units.usageIsDear) void usage.look();

  const wrap = createWrapper({ hostId: id, log, onCall: metrics.rpc });
  const shared = { wrap, registry, supervisor, files, transcripts, terminals, describe };
  const typed = (session: string) => attention.typed(session);
  const host = createHostSnapshot({
    id,
    hostname,
    startedAt,
    tmuxVersion: tmux.version,
    capacity,
    scope: config.scope,
    enforcement: () => enforcementOf(units, registry.active()),
    draining: () => draining.now,
    others: async () => (await sharedLedger?.others()) ?? { bytes: 0, slots: 0 },
    socketPath: config.socket,
    stateDirectory: state,
    registry,
    presets,
    watching: () => watcher.watching(),
    warnings: () => [
      ...warnings,
      ...(watcher.degraded ? [INOTIFY_OUT] : []),
      ...health.warnings(),
      ...(enforcementOf(units, registry.active()) === 'kernel' ? [] : [ADVISORY]),
    ],
  });
  const server = await serve({
    socket: { path: config.socket, descriptor: inherited.get(SOCKET_NAME) ?? null },
    services: {
      session: sessionService({
        ...shared,
        commands,
        presets,
        environment: () => environment.variables(),
        newestEvent: () => journal.eventRange().newest,
        maxLifetimeMs: config.maxLifetimeMs,
      }),
      terminal: terminalService({
        ...shared,
        attach: attachHandler({ ...shared, attachments, screens, typed }),
        typist: new Typist({
          terminals,
          screens,
          paths: files.paths,
          onOutput: (session, listener) => supervisor.onOutput(session, listener),
          onTyping: typed,
        }),
        typed: new Map(),
      }),
      event: eventService({ wrap, journal, feed }),
      host: hostService({ wrap, host, draining }),
      attention: attentionService({ wrap, registry, keeper: attention, describe }),
    },
  });
  scope.use(server);
  const announced = { stateDirectory: state, socket: config.socket, program: ownProgram() };
  scope.use(await announce({ ...announced, stays: inherited.size > 0 }));
  health.serving((service, healthy) => server.setHealth(service, healthy));
  scope.defer(() => health.stopping());
  await notifyReady(process.env, log);
  const held = holdings(registry.all());
  log.info({ socket: config.socket, host: id, sessions: held.heldSlots, version: VERSION }, 'serving');
  return { socket: config.socket, hostId: id, [Symbol.asyncDispose]: () => scope.disposeAsync() };
}

/** FileDescriptorName of the agent's socket unit. */
const SOCKET_NAME = 'agent';

const INOTIFY_OUT =
  'out of inotify watches: output and ends are polled for; raise fs.inotify.max_user_watches and max_user_instances';
