/**
 * The desktop's notifier: `notify-send` on Linux, `osascript` on macOS, and where there is none, or
 * it fails, the terminal itself: BEL and OSC 9 on standard error.
 */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { NotifierName } from '../config/notify-settings.ts';
import type { Console } from '../render/console.ts';
import type { Channel } from './channel.ts';
import { type Message, messageOf } from './message.ts';
import { notifySendArguments, osascriptArguments, terminalNotice } from './notifier-arguments.ts';
import type { NotifyDelivery } from './policy-types.ts';
import { findProgram, runProgram } from './program.ts';

const TIMEOUT_MS = 5000;
/** Sessions whose last notification can be replaced. */
const REPLACED_KEPT = 200;

export interface DesktopOptions {
  readonly notifier: NotifierName;
  readonly console: Pick<Console, 'err' | 'errIsTty' | 'isTty'>;
  readonly env: NodeJS.ProcessEnv;
}

/** Null where `none` is wanted. */
export function openDesktop(options: DesktopOptions): Channel | null {
  const kind = choose(options);
  return kind === 'none' ? null : new Desktop(kind, options);
}

function choose({ notifier, env }: DesktopOptions): Exclude<NotifierName, 'auto'> {
  if (notifier !== 'auto') return notifier;
  if (process.platform === 'darwin' && findProgram('osascript', env)) return 'osascript';
  return findProgram('notify-send', env) ? 'notify-send' : 'terminal';
}

const TEST: Message = { title: 'berth: a test', body: 'Notifications reach you here.', kind: 'bell' };

class Desktop implements Channel {
  readonly name: string;
  readonly #kind: Exclude<NotifierName, 'auto' | 'none'>;
  readonly #o: DesktopOptions;
  /** By session: the id of its last notification. */
  readonly #ids = new Map<string, string>();
  /** This notify-send is too old to tell ids. */
  #plain = false;

  constructor(kind: Exclude<NotifierName, 'auto' | 'none'>, options: DesktopOptions) {
    this.#kind = kind;
    this.#o = options;
    this.name = `desktop (${kind})`;
  }

  async deliver(delivery: NotifyDelivery): Promise<void> {
    const message = messageOf(delivery);
    if (!message) return;
    const session = delivery.kind === 'attention' ? `${delivery.item.host}:${delivery.item.sessionId}` : '';
    try {
      await this.#show(message, session);
    } catch (error) {
      if (this.#o.console.errIsTty) this.#toTerminal(message);
      throw error;
    }
  }

  async test(): Promise<string> {
    return await this.#show(TEST, '');
  }

  async #show(message: Message, session: string): Promise<string> {
    switch (this.#kind) {
      case 'notify-send':
        return await this.#notifySend(message, session);
      case 'osascript':
        await this.#run('osascript', osascriptArguments(message));
        return 'shown';
      case 'terminal':
        if (!this.#o.console.errIsTty) {
          throw new BerthError('NOTIFY_FAILED', 'cannot show a notification: there is no notifier', {
            hint: 'install notify-send (libnotify-bin), keep berth watch --notify on a terminal, or set notifier: none',
          });
        }
        this.#toTerminal(message);
        return 'rang';
    }
  }

  async #notifySend(message: Message, session: string): Promise<string> {
    const replaces = this.#ids.get(session);
    const args = (plain: boolean) =>
      notifySendArguments(message, { plain, ...(replaces === undefined ? {} : { replaces }) });
    let answer = await this.#try('notify-send', args(this.#plain));
    if (answer.code !== 0 && !this.#plain && /unknown option/i.test(answer.stderr)) {
      this.#plain = true;
      answer = await this.#try('notify-send', args(true));
    }
    check('notify-send', answer);
    const id = answer.stdout.trim();
    if (!/^\d+$/.test(id)) return 'shown';
    if (session) {
      this.#ids.delete(session);
      this.#ids.set(session, id);
      const [oldest] = this.#ids.keys();
      if (this.#ids.size > REPLACED_KEPT && oldest !== undefined) this.#ids.delete(oldest);
    }
    return `shown, with id ${id}`;
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    check(program, await this.#try(program, args));
  }

  #try(program: string, args: readonly string[]) {
    return runProgram([program, ...args], { env: this.#o.env, timeoutMs: TIMEOUT_MS });
  }

  #toTerminal(message: Message): void {
    const { console } = this.#o;
    // Where standard output is a terminal, too, the event itself was printed there.
    console.err(terminalNotice(message, { withText: !console.isTty }));
  }
}

function check(program: string, { code, stderr }: { code: number | null; stderr: string }): void {
  if (code === 0) return;
  const why = oneLine(stderr) || (code === null ? 'it was ended' : `it ended with exit code ${code}`);
  throw new BerthError('NOTIFY_FAILED', `${program} could not show a notification: ${why}`, {
    hint: 'choose another way with the setting notifier: terminal, or none',
  });
}
