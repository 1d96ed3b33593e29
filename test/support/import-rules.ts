/** The import rules of the house, as data: where each holds, what it forbids, and a breach of it. */
import type { Import } from './imports.ts';

export interface ImportRule {
  readonly name: string;
  /** Files and directories that the rule names; each must exist. */
  readonly paths: readonly string[];
  /** True where the file may not have this import. */
  readonly forbids: (path: string, imported: Import) => boolean;
  /** One forbidden import, to show that the rule can fail. */
  readonly breach: { readonly path: string; readonly source: string };
}

const AGENT = 'packages/agent/src';
const CLIENT = 'packages/client/src';
const SHARED = 'packages/shared/src';
const PAGE = `${CLIENT}/web/page`;

export function isBelow(path: string, ...parents: readonly string[]): boolean {
  return parents.some((parent) => path === parent || path.startsWith(`${parent}/`));
}

/** Of the agent's folders all but these are adapters, one to a folder. */
function adapterOf(path: string): string | null {
  const folder = path.match(/^packages\/agent\/src\/([^/]+)\//)?.[1];
  return folder && !['domain', 'sessions', 'rpc', 'ledger', 'setup'].includes(folder)
    ? `${AGENT}/${folder}`
    : null;
}

interface Home {
  readonly packageName: string;
  readonly homes: readonly string[];
  /** Where its types alone may be imported too. */
  readonly typesIn?: readonly string[];
}

const HOMES: readonly Home[] = [
  { packageName: 'node-pty', homes: [`${AGENT}/pty`] },
  { packageName: '@xterm/headless', homes: [`${AGENT}/transcript`] },
  {
    packageName: '@grpc/grpc-js',
    homes: [`${AGENT}/rpc`, `${CLIENT}/rpc`, `${SHARED}/wire`, `${SHARED}/gen`],
  },
  { packageName: '@grpc/reflection', homes: [`${AGENT}/rpc`] },
  { packageName: '@grpc/proto-loader', homes: [`${AGENT}/rpc`] },
  { packageName: 'grpc-health-check', homes: [`${AGENT}/rpc`] },
  { packageName: 'prom-client', homes: [`${AGENT}/health`] },
  { packageName: 'ignore', homes: [`${AGENT}/inotify`] },
  { packageName: 'pino', homes: [`${AGENT}/log.ts`] },
  { packageName: 'yargs', homes: [`${CLIENT}/commands/parse.ts`] },
  { packageName: 'yaml', homes: [`${CLIENT}/config`, `${CLIENT}/render/yaml.ts`, `${AGENT}/presets`] },
  {
    packageName: 'zod',
    homes: [`${CLIENT}/config`, `${CLIENT}/providers`, `${CLIENT}/web`, `${AGENT}/presets`],
  },
  { packageName: 'jsonc-parser', homes: [`${AGENT}/presets`] },
  { packageName: 'smol-toml', homes: [`${AGENT}/presets`] },
  { packageName: 'ink', homes: [`${CLIENT}/tui`] },
  { packageName: 'ws', homes: [`${CLIENT}/web`] },
  { packageName: 'react', homes: [`${CLIENT}/tui`, PAGE] },
  { packageName: 'react-dom', homes: [PAGE] },
  { packageName: '@xterm/xterm', homes: [`${PAGE}/terminal/xterm.ts`] },
];

function homeRule({ packageName, homes, typesIn = [] }: Home): ImportRule {
  return {
    name: `${packageName} has one home`,
    paths: [...homes, ...typesIn],
    forbids: (path, { target, kind }) =>
      target === packageName && !isBelow(path, ...homes) && !(kind === 'type' && isBelow(path, ...typesIn)),
    breach: { path: `${CLIENT}/render/x.ts`, source: `import x from '${packageName}';` },
  };
}

export const IMPORT_RULES: readonly ImportRule[] = [
  {
    name: 'domain imports domain alone',
    paths: [`${AGENT}/domain`, `${SHARED}/domain`],
    forbids: (path, { target }) =>
      (isBelow(path, `${SHARED}/domain`) && !isBelow(target, `${SHARED}/domain`)) ||
      (isBelow(path, `${AGENT}/domain`) && !isBelow(target, `${AGENT}/domain`, `${SHARED}/domain`)),
    breach: { path: `${AGENT}/domain/x.ts`, source: "import { now } from 'node:process';" },
  },
  {
    name: 'sessions imports neither rpc nor an adapter',
    paths: [`${AGENT}/sessions`, `${AGENT}/rpc`],
    forbids: (path, { target }) =>
      isBelow(path, `${AGENT}/sessions`) && (isBelow(target, `${AGENT}/rpc`) || adapterOf(target) !== null),
    breach: { path: `${AGENT}/sessions/x.ts`, source: "import type { Store } from '../journal/store.ts';" },
  },
  {
    name: 'adapters take only types from sessions',
    paths: [`${AGENT}/sessions`],
    forbids: (path, { target, kind }) =>
      adapterOf(path) !== null && kind !== 'type' && isBelow(target, `${AGENT}/sessions`),
    breach: { path: `${AGENT}/tmux/x.ts`, source: "import { lane } from '../sessions/lane.ts';" },
  },
  {
    name: 'adapters import neither each other nor rpc',
    paths: ['tmux', 'pty', 'transcript', 'systemd', 'plain', 'inotify', 'journal', 'git', 'rpc'].map(
      (f) => `${AGENT}/${f}`,
    ),
    forbids: (path, { target }) => {
      const own = adapterOf(path);
      const other = isBelow(target, `${AGENT}/rpc`) ? `${AGENT}/rpc` : adapterOf(target);
      return own !== null && other !== null && other !== own;
    },
    breach: { path: `${AGENT}/tmux/x.ts`, source: "import type { P } from '../plain/unit.ts';" },
  },
  {
    name: 'gen is imported from wire and rpc alone',
    paths: [`${SHARED}/gen`, `${SHARED}/wire`, `${AGENT}/rpc`, `${CLIENT}/rpc`],
    forbids: (path, { target }) =>
      isBelow(target, `${SHARED}/gen`) &&
      !isBelow(path, `${SHARED}/gen`, `${SHARED}/wire`, `${AGENT}/rpc`, `${CLIENT}/rpc`),
    breach: {
      path: `${CLIENT}/commands/x.ts`,
      source: "import type { Session } from '@berth/shared/gen/berth/v1/session';",
    },
  },
  {
    name: 'commands never import tunnel',
    paths: [`${CLIENT}/commands`, `${CLIENT}/tunnel`],
    forbids: (path, { target }) => isBelow(path, `${CLIENT}/commands`) && isBelow(target, `${CLIENT}/tunnel`),
    breach: { path: `${CLIENT}/commands/x.ts`, source: "const { open } = await import('../tunnel/ssh.ts');" },
  },
  {
    name: 'the live view is loaded late',
    paths: [`${CLIENT}/tui`],
    forbids: (path, { target, kind }) =>
      kind === 'value' && isBelow(target, `${CLIENT}/tui`) && !isBelow(path, `${CLIENT}/tui`),
    breach: { path: `${CLIENT}/commands/x.ts`, source: "import { runDash } from '../tui/dash.tsx';" },
  },
  {
    name: 'the local server is loaded late',
    paths: [`${CLIENT}/web`],
    forbids: (path, { target, kind }) =>
      kind === 'value' && isBelow(target, `${CLIENT}/web`) && !isBelow(path, `${CLIENT}/web`),
    breach: { path: `${CLIENT}/commands/x.ts`, source: "import { serveUi } from '../web/serve-ui.ts';" },
  },
  {
    name: 'the page imports itself, the protocol and what both sides mean by the same words',
    paths: [PAGE, `${CLIENT}/web/protocol.ts`, `${SHARED}/domain`],
    forbids: (path, { target }) =>
      isBelow(path, PAGE) &&
      !isBelow(target, PAGE, `${CLIENT}/web/protocol.ts`, `${SHARED}/domain`) &&
      !['react', 'react-dom'].includes(target) &&
      !target.startsWith('@xterm/'),
    breach: { path: `${PAGE}/x.ts`, source: "import { judge } from '../guard.ts';" },
  },
  {
    name: 'the page is no part of the client that serves it',
    paths: [PAGE],
    forbids: (path, { target }) => isBelow(target, PAGE) && !isBelow(path, PAGE),
    breach: { path: `${CLIENT}/web/x.ts`, source: "import { App } from './page/app.tsx';" },
  },
  {
    name: 'git is run by its adapter, which is loaded late and knows nothing of us',
    paths: [`${CLIENT}/git`, `${CLIENT}/workspace`],
    forbids: (path, { target, kind }) =>
      (isBelow(target, `${CLIENT}/git`) &&
        kind === 'value' &&
        !isBelow(path, `${CLIENT}/git`, `${CLIENT}/workspace`)) ||
      (isBelow(path, `${CLIENT}/git`) && isBelow(target, CLIENT) && !isBelow(target, `${CLIENT}/git`)),
    breach: { path: `${CLIENT}/commands/x.ts`, source: "import { Git } from '../git/run.ts';" },
  },
  {
    name: 'what is decided about hosts and machines knows neither commands nor ways to a host',
    paths: ['placement', 'providers', 'workspace', 'commands', 'tunnel', 'tui'].map((f) => `${CLIENT}/${f}`),
    forbids: (path, { target }) =>
      isBelow(path, `${CLIENT}/placement`, `${CLIENT}/providers`, `${CLIENT}/workspace`) &&
      isBelow(target, `${CLIENT}/commands`, `${CLIENT}/tunnel`, `${CLIENT}/tui`),
    breach: { path: `${CLIENT}/placement/x.ts`, source: "import { start } from '../commands/start.ts';" },
  },
  {
    name: 'placement knows no provider and no git',
    paths: ['placement', 'providers', 'git'].map((f) => `${CLIENT}/${f}`),
    forbids: (path, { target }) =>
      isBelow(path, `${CLIENT}/placement`) && isBelow(target, `${CLIENT}/providers`, `${CLIENT}/git`),
    breach: { path: `${CLIENT}/placement/x.ts`, source: "import { Git } from '../git/run.ts';" },
  },
  {
    name: 'what is rendered comes as an argument',
    paths: [`${CLIENT}/render`, `${CLIENT}/rpc`, `${CLIENT}/tunnel`],
    forbids: (path, { target, kind }) =>
      isBelow(path, `${CLIENT}/render`) &&
      kind !== 'type' &&
      isBelow(target, `${CLIENT}/rpc`, `${CLIENT}/tunnel`),
    breach: { path: `${CLIENT}/render/x.ts`, source: "import { call } from '../rpc/client.ts';" },
  },
  {
    name: 'agent and client never import each other, shared neither',
    paths: [AGENT, CLIENT, SHARED],
    forbids: (path, { target }) =>
      (isBelow(path, AGENT, SHARED) && isBelow(target, CLIENT)) ||
      (isBelow(path, CLIENT, SHARED) && isBelow(target, AGENT)),
    breach: { path: `${CLIENT}/x.ts`, source: "import { LIMIT } from '../../agent/src/config.ts';" },
  },
  {
    name: 'nothing imports main',
    paths: [`${AGENT}/main.ts`, `${CLIENT}/main.ts`],
    forbids: (_path, { target }) => target === `${AGENT}/main.ts` || target === `${CLIENT}/main.ts`,
    breach: { path: `${AGENT}/rpc/x.ts`, source: "import { version } from '../main.ts';" },
  },
  ...HOMES.map(homeRule),
];
