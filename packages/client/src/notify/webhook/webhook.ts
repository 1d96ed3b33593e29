/**
 * One webhook: what it is to be told goes to disk first, then out, one after the other, until it
 * is taken. At least once: what was taken just before the client was killed is sent again, with
 * the same id.
 */
import { randomUUID } from 'node:crypto';
import { BerthError, messageOf } from '@berth/shared/domain/berth-error';
import type { Secret } from '../../config/secret.ts';
import { pause } from '../../fleet/backoff.ts';
import type { Channel } from '../channel.ts';
import type { NotifyDelivery } from '../policy-types.ts';
import { FORMATS, TESTS, type WebhookFormat } from './body.ts';
import { digest, type Outbox, type Queued } from './outbox.ts';
import { post, redact } from './post.ts';

export const GIVE_UP_MS = 24 * 3_600_000;
/** Tries are further and further apart, to this. */
const LONGEST_MS = 5 * 60_000;
/** At the end, ms for what is under way. */
const LAST_MS = 1000;

export interface WebhookOptions {
  readonly url: URL;
  readonly format: WebhookFormat;
  readonly secret: Secret | null;
  /** PagerDuty's. */
  readonly routingKey: Secret | null;
  readonly outbox: Outbox;
  /** One line for people, without a newline. */
  readonly notice: (text: string) => void;
  readonly now?: () => number;
}

export class Webhook implements Channel, AsyncDisposable {
  readonly name: string;
  readonly #o: WebhookOptions;
  readonly #now: () => number;
  readonly #target: string;
  readonly #stop = new AbortController();
  #sending: Promise<void> | null = null;
  /** Something was put since the last look. */
  #again = false;

  constructor(options: WebhookOptions) {
    this.#o = options;
    this.#now = options.now ?? Date.now;
    this.#target = digest(options.url.href);
    this.name = `webhook ${redact(options.url)} (${options.format})`;
  }

  /** Goes on with what was left in the outbox. */
  resume(): void {
    this.#kick();
  }

  /** On disk when this resolves. */
  async deliver(delivery: NotifyDelivery): Promise<void> {
    const { format, outbox, notice } = this.#o;
    for (const { id, value } of FORMATS[format](delivery)) {
      const body = JSON.stringify(value);
      const gone = outbox.put({ id, target: this.#target, format, created: this.#now(), body });
      if (gone > 0) notice(`the outbox of webhooks is full: its oldest delivery was dropped`);
    }
    this.#kick();
  }

  async test(): Promise<string> {
    const answers: number[] = [];
    for (const { id, value } of TESTS[this.#o.format](`test-${randomUUID()}`, this.#now())) {
      const answer = await this.#post(id, JSON.stringify(value));
      if (answer.kind !== 'taken') {
        throw new BerthError('NOTIFY_FAILED', `it did not take a test: ${answer.why}`, {
          hint: 'check its address and keys',
        });
      }
      answers.push(answer.status);
    }
    return `answered ${answers.join(', ')}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const end = new AbortController();
    await Promise.race([this.#sending, pause(LAST_MS, end.signal)]);
    end.abort();
    this.#stop.abort();
    await this.#sending;
  }

  #kick(): void {
    this.#again = true;
    this.#sending ??= this.#send()
      .catch((error: unknown) => this.#o.notice(`${this.name} cannot be told: ${messageOf(error)}`))
      .finally(() => {
        this.#sending = null;
        if (this.#again && !this.#stop.signal.aborted) this.#kick();
      });
  }

  async #send(): Promise<void> {
    const { outbox } = this.#o;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; ) {
      this.#again = false;
      const entry = outbox.of(this.#target).next().value;
      if (!entry) return;
      const answer = await this.#post(entry.id, entry.body);
      if (signal.aborted && answer.kind !== 'taken') return;
      if (answer.kind === 'taken') {
        outbox.remove(entry.file);
        failures = 0;
      } else if (answer.kind === 'refused' || this.#now() - entry.created >= GIVE_UP_MS) {
        this.#giveUp(entry, answer.why);
        failures = 0;
      } else {
        if (failures === 0) this.#o.notice(`${this.name} does not take it yet: ${answer.why}; trying again`);
        await pause(
          Math.max(Math.min(answer.afterMs, GIVE_UP_MS), retryMs(failures++, Math.random())),
          signal,
        );
      }
    }
  }

  #giveUp({ id, file, created }: Queued, why: string): void {
    this.#o.outbox.remove(file);
    const since = this.#now() - created >= GIVE_UP_MS ? ' for 24 hours' : '';
    this.#o.notice(`${this.name} was not told of ${id}${since}: ${why}; given up`);
  }

  #post(id: string, text: string) {
    const { url, secret, routingKey } = this.#o;
    const body = routingKey
      ? JSON.stringify({ routing_key: routingKey.reveal(), ...(JSON.parse(text) as object) })
      : text;
    return post({ url, id, body, secret, now: this.#now(), signal: this.#stop.signal });
  }
}

/** Ms before the next try: half a second doubling to 5 min, spread by a random number in [0, 1). */
function retryMs(failures: number, random: number): number {
  return Math.round(Math.min(LONGEST_MS, 500 * 2 ** Math.min(failures, 20)) * (0.75 + random / 2));
}
