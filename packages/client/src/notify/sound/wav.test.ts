import { ATTENTION_KINDS } from '@berth/shared/domain/attention';
import { expect, test } from 'vitest';
import { PLAYERS } from './players.ts';
import { TUNES, wav } from './wav.ts';

test.each(ATTENTION_KINDS)('%s is a short WAV file as loud as it is to be', (kind) => {
  const file = wav(TUNES[kind], 0.5);
  expect(file.toString('latin1', 0, 4)).toBe('RIFF');
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  expect(file.readUInt32LE(40)).toBe(file.length - 44);
  const samples = new Int16Array(file.buffer, file.byteOffset + 44, (file.length - 44) / 2);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(loudest / 0x7fff).toBeGreaterThan(0.4);
  expect(loudest / 0x7fff).toBeLessThanOrEqual(0.501);
  expect(samples.length / 22_050).toBeLessThan(0.6);
});

test('silence at volume 0', () =>
  expect(
    wav(TUNES.bell, 0)
      .subarray(44)
      .every((byte) => byte === 0),
  ).toBe(true));

test('players are told the volume in their own measure', () => {
  expect(PLAYERS.map(({ program, argv }) => [program, ...argv('/f', 0.5)])).toEqual([
    ['paplay', '--volume=32768', '/f'],
    ['pw-play', '--volume=0.50', '/f'],
    ['afplay', '-v', '0.50', '/f'],
    ['aplay', '-q', '/f'],
    ['canberra-gtk-play', '--volume=-6.0', '--file=/f'],
  ]);
  for (const { argv } of PLAYERS) expect(argv('/f', null).join(' ')).not.toMatch(/volume|-v/);
});
