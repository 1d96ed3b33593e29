/** A sound for each kind: the user's own file where there is one, else one made here. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ATTENTION_KINDS, type AttentionKind } from '@berth/shared/domain/attention';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { replaceFile } from '@berth/shared/files/replace-file';
import type { Channel } from '../channel.ts';
import { messageOf } from '../message.ts';
import type { NotifyDelivery } from '../policy-types.ts';
import { findProgram, runProgram } from '../program.ts';
import { PLAYERS, type Player } from './players.ts';
import { TUNES, wav } from './wav.ts';

const TIMEOUT_MS = 20_000;
const EXTENSIONS = ['wav', 'oga', 'ogg', 'flac', 'aiff', 'mp3'] as const;

export interface SoundOptions {
  /** From 0 to 1. */
  readonly volume: number;
  /** Ms in which no other sound is played. */
  readonly cooldownMs: number;
  /** Kinds without a sound. */
  readonly mute: readonly AttentionKind[];
  /** Where the user's own files lie, `permission.wav` and so on; empty: none. */
  readonly directory: string;
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now?: () => number;
}

export class Sound implements Channel {
  readonly name: string;
  readonly #o: SoundOptions;
  readonly #player: Player | null;
  #played = Number.NEGATIVE_INFINITY;
  #told = false;

  constructor(options: SoundOptions) {
    this.#o = options;
    this.#player = PLAYERS.find(({ program }) => findProgram(program, options.env)) ?? null;
    this.name = `sound (${this.#player?.program ?? 'no player'})`;
  }

  async deliver(delivery: NotifyDelivery): Promise<void> {
    const kind = messageOf(delivery)?.kind;
    const now = (this.#o.now ?? Date.now)();
    if (!kind || this.#o.mute.includes(kind) || now - this.#played < this.#o.cooldownMs) return;
    this.#played = now;
    // Without a player each would fail the same way: once is enough.
    if (!this.#player && this.#told) return;
    this.#told = this.#player === null;
    await this.#play(kind);
  }

  async test(): Promise<string> {
    const kind = ATTENTION_KINDS.find((each) => !this.#o.mute.includes(each)) ?? 'bell';
    return `played ${path.basename(await this.#play(kind))}`;
  }

  /** Resolves with the file, once it was played. */
  async #play(kind: AttentionKind): Promise<string> {
    const player = this.#player;
    if (!player) {
      throw new BerthError('NOTIFY_FAILED', 'cannot play a sound: there is no player here', {
        hint: `install one of ${PLAYERS.map(({ program }) => program).join(', ')}, or set sound: off`,
      });
    }
    const { volume, env } = this.#o;
    const own = this.#ownFile(kind);
    const file = own ?? this.#madeFile(kind);
    const argv = player.argv(file, own === null ? null : volume);
    const { code, stderr } = await runProgram([player.program, ...argv], { env, timeoutMs: TIMEOUT_MS });
    if (code === 0) return file;
    throw new BerthError(
      'NOTIFY_FAILED',
      `${player.program} could not play ${file}: ${oneLine(stderr) || `it ended with exit code ${code}`}`,
      { hint: 'try it by hand, or set sound: off' },
    );
  }

  #ownFile(kind: AttentionKind): string | null {
    const { directory } = this.#o;
    if (directory === '') return null;
    const files = EXTENSIONS.map((extension) => path.join(directory, `${kind}.${extension}`));
    return files.find((file) => existsSync(file)) ?? null;
  }

  /** As loud as wanted, so that players that know no volume can play it. */
  #madeFile(kind: AttentionKind): string {
    const { cacheDir, volume } = this.#o;
    const directory = path.join(cacheDir, 'sounds');
    const file = path.join(directory, `${kind}-${Math.round(volume * 100)}.wav`);
    if (existsSync(file)) return file;
    replaceFile(file, wav(TUNES[kind], volume));
    return file;
  }
}
