/** Defaults for flags: flag > BERTH_* environment > config.yaml > default, each with its origin. */
import { existsSync } from 'node:fs';
import { BerthError } from '@berth/shared/domain/berth-error';
import { parseDuration } from '@berth/shared/domain/duration';
import { MAX_EDITOR_IDLE_MS } from '@berth/shared/domain/editor';
import { parseMemory } from '@berth/shared/domain/memory';
import { POLICIES, type Policy } from '../placement/policy.ts';
import { NOTIFY_SETTINGS, type NotifySettings, notifySettings } from './notify-settings.ts';
import { parsedOnce } from './parsed-cache.ts';
import { paths } from './paths.ts';

export interface Settings {
  /** For a prompt that names none; empty: the first that the host has. */
  readonly preset: string;
  /** Slot of a session that names none, as typed; empty: the host's default. */
  readonly memory: string;
  /** Where sessions start that name no host; empty: the best of the pool. */
  readonly host: string;
  /** Of hosts that may be taken; empty: any. */
  readonly region: string;
  readonly size: string;
  readonly policy: Policy;
  readonly detachKeys: string;
  /** While attached: a line where another session asks for somebody. */
  readonly attachNotices: boolean;
  /** What is started is noted here, to be started again. */
  readonly history: boolean;
  /** Of a tool that takes credentials which are set here: what becomes of them at a start. */
  readonly credentials: CredentialsChoice;
  /** Given to `ssh -F`; empty: ssh's own. */
  readonly sshConfig: string;
  readonly sshProgram: string;
  /** How long an idle connection is kept, in ms. */
  readonly controlPersistMs: number;
  /** Ms for making a connection, for one call, and for each host of a question to all. */
  readonly connectMs: number;
  readonly callMs: number;
  readonly fanoutMs: number;
  /** How long a slot is held without a word from this client, in ms. */
  readonly reservationMs: number;
  /** What ended longer ago than this, in ms, is removed by `berth prune`. */
  readonly pruneOlderThanMs: number;
  /** Without a connection for this long, in ms, an editor of a session ends that is new; 0: never. */
  readonly codeIdleMs: number;
  readonly notify: NotifySettings;
  /** Each setting as it was written, by its key in config.yaml, and where that was; secrets hidden. */
  readonly texts: Readonly<Record<SettingName, string>>;
  readonly origins: Readonly<Record<SettingName, Origin>>;
}

export type CredentialsChoice = (typeof CREDENTIALS_CHOICES)[number];
const CREDENTIALS_CHOICES = ['ask', 'send', 'never'] as const;

export type Origin = 'flag' | 'environment' | 'config.yaml' | 'default';

interface Definition {
  readonly variable: string;
  readonly usual: string;
  readonly read: (text: string) => string | number | null;
  readonly form: string;
  /** Never shown. */
  readonly secret?: true;
  /** In the file it may be true or false. */
  readonly toggle?: true;
}

/** What agents take. */
const RESERVATION_MS = { least: 1000, most: 3_600_000 };
const any = (text: string) => text;
const span = (text: string) => {
  const ms = parseDuration(text);
  return ms !== null && ms > 0 ? ms : null;
};
const heldSpan = (text: string) => {
  const ms = parseDuration(text);
  return ms !== null && ms >= RESERVATION_MS.least && ms <= RESERVATION_MS.most ? ms : null;
};
const idleSpan = (text: string) => {
  const ms = parseDuration(text);
  return ms !== null && ms <= MAX_EDITOR_IDLE_MS ? ms : null;
};
const TOGGLE = {
  toggle: true,
  read: (text: string) => ({ on: 'on', true: 'on', off: 'off', false: 'off' })[text] ?? null,
  form: 'must be on or off',
} as const;
const TIME = 'must be a time such as 500ms, 2s or 10m';

/** Keys as in config.yaml. */
export const SETTINGS = {
  preset: { variable: 'BERTH_PRESET', usual: '', read: any, form: '' },
  memory: {
    variable: 'BERTH_MEMORY',
    usual: '',
    read: (text: string) => (text === '' || parseMemory(text) !== null ? text : null),
    form: 'must be an amount such as 512M or 8G',
  },
  host: { variable: 'BERTH_HOST_DEFAULT', usual: '', read: any, form: '' },
  region: { variable: 'BERTH_REGION', usual: '', read: any, form: '' },
  size: { variable: 'BERTH_SIZE', usual: '', read: any, form: '' },
  policy: {
    variable: 'BERTH_POLICY',
    usual: 'pack',
    read: (text: string) => POLICIES.find((policy) => policy === text) ?? null,
    form: `must be ${POLICIES.join(' or ')}`,
  },
  detach_keys: { variable: 'BERTH_DETACH_KEYS', usual: 'ctrl-b d', read: any, form: '' },
  attach_notices: {
    variable: 'BERTH_ATTACH_NOTICES',
    usual: 'on',
    ...TOGGLE,
  },
  history: { variable: 'BERTH_HISTORY', usual: 'on', ...TOGGLE },
  credentials: {
    variable: 'BERTH_CREDENTIALS',
    usual: 'ask',
    read: (text: string) => CREDENTIALS_CHOICES.find((choice) => choice === text) ?? null,
    form: 'must be ask, send or never',
  },
  ssh_config: { variable: 'BERTH_SSH_CONFIG', usual: '', read: any, form: '' },
  ssh_program: { variable: 'BERTH_SSH', usual: 'ssh', read: any, form: '' },
  control_persist: { variable: 'BERTH_CONTROL_PERSIST', usual: '30m', read: span, form: TIME },
  connect_timeout: { variable: 'BERTH_CONNECT_TIMEOUT', usual: '10s', read: span, form: TIME },
  call_timeout: { variable: 'BERTH_CALL_TIMEOUT', usual: '10s', read: span, form: TIME },
  fanout_timeout: { variable: 'BERTH_FANOUT_TIMEOUT', usual: '2s', read: span, form: TIME },
  reservation: {
    variable: 'BERTH_RESERVATION',
    usual: '60s',
    read: heldSpan,
    form: 'must be a time from 1s to 1h',
  },
  prune_older_than: { variable: 'BERTH_PRUNE_OLDER_THAN', usual: '7d', read: span, form: TIME },
  code_idle: {
    variable: 'BERTH_CODE_IDLE',
    usual: '30m',
    read: idleSpan,
    form: 'must be a time such as 10m or 8h, of at most a year; 0: never',
  },
  ...NOTIFY_SETTINGS,
} as const satisfies Record<string, Definition>;

export type SettingName = keyof typeof SETTINGS;

/** Throws CONFIG_INVALID that names the file and line, or the variable. `flags` by setting name. */
export async function loadSettings(options: {
  env: NodeJS.ProcessEnv;
  flags: Partial<Record<SettingName, string>>;
  configFile?: string;
}): Promise<Settings> {
  const { env, flags } = options;
  const own = options.configFile ? { configFile: options.configFile } : {};
  const { configFile, cacheDir } = paths(env, own);
  if (options.configFile && !existsSync(configFile)) {
    throw new BerthError('CONFIG_INVALID', `cannot read ${configFile}: there is no such file`);
  }
  const parse = async () => (await import('./settings-schema.ts')).parseSettings(configFile);
  const file = existsSync(configFile) ? await parsedOnce(configFile, { cacheDir, parse }) : {};
  const origins = {} as Record<SettingName, Origin>;
  const texts = {} as Record<SettingName, string>;
  const value = (name: SettingName): string | number => {
    const { variable, usual, read, form, secret }: Definition = SETTINGS[name];
    const candidates: [Origin, string | undefined, string][] = [
      ['flag', flags[name], `--${name.replaceAll('_', '-')}`],
      ['environment', env[variable], variable],
      ['config.yaml', file[name], `${configFile}: ${name}`],
      ['default', usual, name],
    ];
    for (const [origin, text, where] of candidates) {
      if (text === undefined || (origin === 'environment' && text === '')) continue;
      const found = read(text);
      if (found === null)
        throw new BerthError('CONFIG_INVALID', `${where}: ${form}`, { values: { key: name } });
      origins[name] = origin;
      texts[name] = secret && text !== '' ? '[redacted]' : text;
      return found;
    }
    return usual;
  };
  const text = (name: SettingName) => String(value(name));
  return Object.freeze({
    preset: text('preset'),
    memory: text('memory'),
    host: text('host'),
    region: text('region'),
    size: text('size'),
    policy: text('policy') as Policy,
    detachKeys: text('detach_keys'),
    attachNotices: text('attach_notices') === 'on',
    history: text('history') === 'on',
    credentials: text('credentials') as CredentialsChoice,
    sshConfig: text('ssh_config'),
    sshProgram: text('ssh_program'),
    controlPersistMs: Number(value('control_persist')),
    connectMs: Number(value('connect_timeout')),
    callMs: Number(value('call_timeout')),
    fanoutMs: Number(value('fanout_timeout')),
    reservationMs: Number(value('reservation')),
    pruneOlderThanMs: Number(value('prune_older_than')),
    codeIdleMs: Number(value('code_idle')),
    notify: notifySettings(value),
    texts,
    origins,
  });
}
