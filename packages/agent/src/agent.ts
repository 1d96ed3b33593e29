/** The agent put together: adapters, application and server, from a config. */
import { hostname as machineName } from 'node:os';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import { VERSION } from '@berth/shared/domain/version';

import { keepAttention, watchAttention } from './attention.ts';
import { openBeside } from './beside.ts';
import type { Config } from './config.ts';
import { announce } from './discovery.ts';
import { figuresLine } from './domain/figures-line.ts';
import { holdings } from './domain/ledger.ts';
import { createLoginEnvironment } from './environment/login-environment.ts';
import { ownProgram } from './executable.ts';
import { createSessionFiles } from './files/session-files.ts';
import { followFiles } from './follow-files.ts';
import { ADVISORY, enforcementOf, prepareGround } from './ground.ts';
import { watchEventLoop } from './health/event-loop.ts';
import { startHealth } from './health/health.ts';
import { createHooks } from './hooks.ts';
import { bootId, createHostSnapshot, hostId } from './host.ts';
import { createHostMetrics } from './host-metrics.ts';
import { createWatcher } from './inotify/watcher.ts';
import { openOrReplace } from './journal/damage.ts';
import { Feed } from './journal/feed.ts';
import { lockStateDirectory } from './journal/lock.ts';
import { keepDisk } from './keep-disk.ts';
import type { Log } from './log.ts';
import { notifyReady, notifyState } from './notify.ts';
import { observeUse } from './observe-use.ts';
import { prepareSlots } from './prepare-slots.ts';
import { createPtys } from './pty/ptys.ts';
import { createTypedOffsets } from './pty/typed-offsets.ts';
import { createWrapper } from './rpc/handler.ts';
import { serve } from './rpc/server.ts';
import { privateDirectory, secretDirectory } from './runtime-directory.ts';
import { createServices } from './services.ts';
import { Attachments } from './sessions/attachments.ts';
import { keepRecords, rebuildFrom, reconcile } from './sessions/boot.ts';
import { Commands } from './sessions/commands.ts';
import { createDescribe } from './sessions/describe.ts';
import { Draining } from './sessions/draining.ts';
import { createLaunches } from './sessions/launches.ts';
import { observe } from './sessions/observe.ts';
import { Registry } from './sessions/registry.ts';
import { agree } from './sessions/slot-returns.ts';
import { Supervisor } from './sessions/supervisor.ts';
import { Suspension } from './sessions/suspension.ts';
import { timedJournal } from './sessions/timed-journal.ts';
import { workspaceOf } from './sessions/workspace-of.ts';
import { inheritedSockets } from './systemd/activation.ts';
import { installTmuxAssets } from './tmux/assets.ts';
import { createTmuxScreens } from './tmux/screens.ts';
import { createTmuxTerminals } from './tmux/terminals.ts';
import { checkTmux } from './tmux/version.ts';
import { prepareToolSupport } from './tool-support.ts';
import { createTranscripts } from './transcript/transcripts.ts';
import { openWorkspaces } from './workspaces.ts';

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
  const metrics = createHostMetrics({
    eventLoop,
    registry: () => registry,
    usage: () => usage,
    capacity: () => capacity,
    attachments: () => attachments,
    feed: () => feed,
  });
  const journal = timedJournal(opened.journal, metrics.journalCommit);
  const { capacity, units, editorUnits, sharedLedger, ...ground } = await prepareGround(config, log);
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
    workspace: (session) => workspaceOf(session, files.paths(session.id)),
    publish: () => feed.publish(),
    overlay: (session) => attention.of(session),
  });
  const { usage, presence } = observeUse({ registry, units, files, attention, metrics, log, now });
  scope.use(usage);
  scope.use(presence);

  const assets = installTmuxAssets(state);
  const terminals = createTmuxTerminals({ tmux: tmux.program, ...assets });
  const transcripts = createTranscripts({
    capBytes: config.transcriptCap,
    onProblem: (message) => log.warn(message),
  });
  const watcher = createWatcher({ treeLimit: config.maxWatches, onProblem: (message) => log.warn(message) });
  const screens = createTmuxScreens({ tmux: tmux.program });
  const attachments = new Attachments({
    presence,
    ptys: await createPtys({ tmux: tmux.program, home: config.home }),
    offsets: createTypedOffsets(privateDirectory(path.join(runtime, 'typed')), startedAt),
  });
  const describe = createDescribe({
    files,
    transcripts,
    attachments,
    usage,
    queuePlace: (session) => registry.queuePlace(session),
    overlay: (session) => attention.of(session),
  });
  const environment = createLoginEnvironment({
    shell: config.shell,
    home: config.home,
    base: process.env,
    onProblem: (message) => log.warn(message),
  });
  const tools = await prepareToolSupport({ config, env: process.env, state, hostname, environment });
  const { presets } = tools;
  const workspaces = scope.use(openWorkspaces({ state, config, log }));
  const launches = createLaunches({ files, workspaces, presets, environment, hostname });
  const { restage } = launches;
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
    prompts: (preset) => tools.catalog.prompts(preset),
    now,
    log,
    stillMs: config.promptStillMs,
    home: config.home,
  });
  scope.use(attentionWatch);
  const news = scope.use(followFiles({ config, log, registry, files, watcher, journal, tmux: tmux.program }));

  const draining = new Draining({ journal, registry, onChange: () => queue.wake() });
  const reached = createHooks(process.env);
  const quotaBytes = config.diskQuotaBytes;
  const kept = keepDisk({ state, hostname, quotaBytes, registry, files, journal, attention, reached, log });
  scope.use(kept);
  const slots = prepareSlots({
    ...{ registry, supervisor, files, capacity, hostname, sharedLedger, now, reached, log },
    maxSessions: config.maxSessions,
    draining: () => draining.now,
    checkDisk: () => kept.disk.check(),
  });
  const { admission, queue } = scope.use(slots);
  const suspension = new Suspension({ registry, supervisor, now, reached });
  const commands = new Commands({
    registry,
    supervisor,
    files,
    admission,
    workspaces,
    hostname,
    bootId: bootId(),
    now,
    outfit: (spec, toolDir) => presets.outfit(spec, toolDir),
    reached,
  });

  const beside = await openBeside(scope, {
    ...{ tmux: tmux.program, runner: assets.runner, files, terminals, config, secretDirectory: secrets },
    ...{ registry, units, editorUnits, environment, now, log },
    environmentOf: async (session) => ('spec' in session ? await launches.environment(session) : {}),
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
  await reconcile({ registry, supervisor, files });
  queue.begin();
  attentionWatch.begin();
  void kept.removal.sweep();

  if (!units.usageIsDear) void usage.look();

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
    disk: () => kept.disk.quota,
    warnings: () => [
      ...warnings,
      ...watcher.warnings(),
      ...health.warnings(),
      ...tools.catalog.warnings(),
      ...kept.warnings(),
      ...(enforcementOf(units, registry.active()) === 'kernel' ? [] : [ADVISORY]),
    ],
  });
  const server = await serve({
    socket: { path: config.socket, descriptor: inherited.get(SOCKET_NAME) ?? null },
    ...createServices({
      ...{ config, journal, feed, registry, supervisor, files, transcripts, terminals, units, describe },
      ...{ attention, commands, suspension, ...beside, tools, news, environment, attachments, screens },
      ...{ host, draining, workspaces, kept },
      wrap: createWrapper({ hostId: id, hostname, log, onCall: metrics.rpc }),
    }),
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
