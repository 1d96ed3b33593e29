/** The programs of systemd: the only module that spells the arguments of systemctl and systemd-run. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** As execFile rejects. */
interface Failed extends Error {
  readonly stderr?: string;
  readonly killed?: boolean;
}

const CALL_MS = 10_000;
const PROBE_MS = 2000;

/** `user`: the manager of the user who asks; `system`: the machine's. */
export type Manager = 'user' | 'system';

/** Throws what the program said of it last, and not all that it was called with. */
async function run(program: string, args: readonly string[], options: { timeout: number }) {
  try {
    return await promisify(execFile)(program, args, options);
  } catch (error) {
    const { stderr = '', killed, message } = error as Failed;
    const late = killed ? `no answer within ${options.timeout} ms` : '';
    const said = late || stderr.trim().split('\n').at(-1) || message.split('\n')[0]?.split(` ${args[0]}`)[0];
    throw new Error(`${program}: ${said}`);
  }
}

/** True where the manager answers: `systemctl --user` may hang, fail or be missing. */
export async function managerAnswers(manager: Manager): Promise<boolean> {
  try {
    await run('systemctl', [`--${manager}`, 'show', '--property=Version'], { timeout: PROBE_MS });
    return true;
  } catch {
    return false;
  }
}

/** The machine, or the user's manager, is on its way down. */
export async function isStopping(manager: Manager): Promise<boolean> {
  return (await systemctl(manager, 'show', '--property=SystemState')).trim() === 'SystemState=stopping';
}

export interface TransientUnit {
  readonly name: string;
  /** One line; without one systemd-run would write the words of `argv` there, line breaks and all. */
  readonly description: string;
  readonly slice: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `Name=value`, see systemd.exec(5) and systemd.resource-control(5). */
  readonly settings: readonly string[];
}

/** Starts a transient service; resolves once its program was executed. */
export async function startTransient(manager: Manager, unit: TransientUnit): Promise<void> {
  const [program = '', ...words] = unit.argv;
  await run(
    'systemd-run',
    [
      ...[`--${manager}`, '--quiet', `--unit=${unit.name}`, `--slice=${unit.slice}`],
      `--description=${unit.description}`,
      ...unit.settings.map((setting) => `--property=${setting}`),
      ...Object.entries(unit.env).map(([name, value]) => `--setenv=${name}=${value}`),
      // Of words, not of the program, the manager takes a dollar for a variable of the unit's.
      ...['--', program, ...words.map((word) => word.replaceAll('$', () => '$$'))],
    ],
    { timeout: CALL_MS },
  );
}

/** SIGKILL to all of a unit; it is forgotten then, also if it had failed. */
export async function killUnit(manager: Manager, name: string): Promise<void> {
  const call = (...args: string[]) => systemctl(manager, ...args).catch(() => '');
  await call('kill', '--signal=SIGKILL', name);
  await call('stop', name);
  await call('reset-failed', name);
}

/** Asks all of a unit to end, and ends it; it is forgotten then. One that is not there: nothing happens. */
export async function stopUnit(manager: Manager, name: string): Promise<void> {
  await systemctl(manager, 'stop', name).catch(() => '');
  await systemctl(manager, 'reset-failed', name).catch(() => '');
  const { ActiveState } = Object.fromEntries(await propertiesOf(manager, name, ['ActiveState']));
  if (isAlive(ActiveState)) throw new Error(`${name} does not end`);
}

/** What `systemctl show` has of a unit; a unit that is not there has values as well. */
export async function propertiesOf(
  manager: Manager,
  name: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const text = await systemctl(manager, 'show', `--property=${wanted.join(',')}`, name);
  return new Map(
    text.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
}

/** What systemd's word on a unit means: processes of it may run. */
export function isAlive(activeState: string | undefined): boolean {
  return ['active', 'activating', 'deactivating', 'reloading'].includes(activeState ?? '');
}

/** Settings of a unit that hold until the manager ends. */
export async function setProperties(manager: Manager, name: string, settings: readonly string[]) {
  await systemctl(manager, 'set-property', '--runtime', name, ...settings);
}

async function systemctl(manager: Manager, ...args: string[]): Promise<string> {
  return (await run('systemctl', [`--${manager}`, ...args], { timeout: CALL_MS })).stdout;
}
