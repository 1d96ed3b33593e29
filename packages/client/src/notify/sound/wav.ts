/** Short sounds, made here: notes as a WAV file. Pure. */
import type { AttentionKind } from '@berth/shared/domain/attention';

const RATE = 22_050;

interface Note {
  /** Hz. */
  readonly pitch: number;
  readonly ms: number;
}

/** The more urgent, the more notes; up asks for something, down tells of an end. */
export const TUNES: Readonly<Record<AttentionKind, readonly Note[]>> = {
  permission: [
    { pitch: 660, ms: 110 },
    { pitch: 880, ms: 110 },
    { pitch: 1100, ms: 180 },
  ],
  input: [
    { pitch: 660, ms: 120 },
    { pitch: 880, ms: 200 },
  ],
  error: [
    { pitch: 330, ms: 160 },
    { pitch: 247, ms: 260 },
  ],
  done: [
    { pitch: 880, ms: 120 },
    { pitch: 587, ms: 220 },
  ],
  bell: [{ pitch: 784, ms: 160 }],
};

/** 16 bit, one channel. `volume` from 0 to 1. */
export function wav(notes: readonly Note[], volume: number): Buffer {
  const samples = notes.flatMap(({ pitch, ms }) => {
    const count = Math.round((RATE * ms) / 1000);
    return Array.from({ length: count }, (_, i) => {
      // Fades in and out, or it would click.
      const swell = Math.min(1, i / (RATE * 0.005), (count - i) / (count * 0.6));
      return Math.round(Math.sin((2 * Math.PI * pitch * i) / RATE) * swell * volume * 0x7fff);
    });
  });
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) => {
    file.writeInt16LE(sample, 44 + i * 2);
  });
  return file;
}
