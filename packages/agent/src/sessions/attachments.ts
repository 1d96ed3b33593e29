/** Terminals that show sessions now: who is there, and what was typed under each attach id. */
import type { AttachedPty, AttachSpec, Ptys } from './ports.ts';
import type { Presence } from './presence.ts';

/**
 * How many bytes were typed under an attach id. Kept outside the process, so that input is
 * neither lost nor doubled when the agent is killed; synchronous, to leave no gap between typing
 * and noting.
 */
export interface TypedOffsets {
  read(attachId: string): number;
  write(attachId: string, offset: number): void;
  forget(attachId: string): void;
}

export class Attachments {
  readonly #ptys: Ptys;
  readonly #offsets: TypedOffsets;
  readonly #presence: Pick<Presence, 'came' | 'went'>;
  readonly #counts = new Map<string, number>();

  constructor(options: {
    ptys: Ptys;
    offsets: TypedOffsets;
    presence: Pick<Presence, 'came' | 'went'>;
  }) {
    this.#ptys = options.ptys;
    this.#offsets = options.offsets;
    this.#presence = options.presence;
  }

  /** Terminals of this agent on a session. */
  count(sessionId: string): number {
    return this.#counts.get(sessionId) ?? 0;
  }

  /** Terminals of this agent on all sessions. */
  total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  open(sessionId: string, attachId: string, spec: AttachSpec): Attachment {
    const pty = this.#ptys.attach(spec);
    this.#counts.set(sessionId, this.count(sessionId) + 1);
    this.#presence.came(sessionId, attachId);
    return new Attachment({
      pty,
      attachId,
      offsets: this.#offsets,
      onClose: (forGood) => {
        this.#presence.went(sessionId, attachId, { forGood });
        const left = this.count(sessionId) - 1;
        if (left > 0) this.#counts.set(sessionId, left);
        else this.#counts.delete(sessionId);
      },
    });
  }
}

export class Attachment implements Disposable {
  readonly pty: AttachedPty;
  readonly #attachId: string;
  readonly #offsets: TypedOffsets;
  readonly #onClose: (forGood: boolean) => void;
  #typed: number;
  #closed = false;
  #forGood = false;

  constructor(options: {
    pty: AttachedPty;
    attachId: string;
    offsets: TypedOffsets;
    /** `forGood`: the caller will not come back under this attach id. */
    onClose: (forGood: boolean) => void;
  }) {
    this.pty = options.pty;
    this.#attachId = options.attachId;
    this.#offsets = options.offsets;
    this.#onClose = options.onClose;
    this.#typed = options.offsets.read(options.attachId);
  }

  /** All input below this offset has been typed. */
  get typed(): number {
    return this.#typed;
  }

  /** Types what is new of `data`, whose first byte has number `offset`. A gap is refused with false. */
  type(offset: number, data: Uint8Array): boolean {
    if (offset > this.#typed) return false;
    const fresh = data.subarray(this.#typed - offset);
    if (fresh.length === 0) return true;
    // Noted before it is typed: after a crash between the two a key is missing, never doubled.
    this.#offsets.write(this.#attachId, this.#typed + fresh.length);
    this.pty.write(fresh);
    this.#typed += fresh.length;
    return true;
  }

  /** The caller is done with this attach id: it will not come back. */
  forget(): void {
    this.#offsets.forget(this.#attachId);
    this.#forGood = true;
  }

  /** tmux has ended it: nothing is left to come back to. */
  ended(): void {
    this.#forGood = true;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.pty[Symbol.dispose]();
    this.#onClose(this.#forGood);
  }
}
