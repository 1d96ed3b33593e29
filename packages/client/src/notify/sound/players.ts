/** Programs that play a file, in the order in which they are looked for. Pure. */

export interface Player {
  readonly program: string;
  /** `volume` from 0 to 1, or null where the file has it already. */
  readonly argv: (file: string, volume: number | null) => readonly string[];
}

const given = (volume: number | null, flag: (volume: number) => string[]): string[] =>
  volume === null ? [] : flag(volume);

export const PLAYERS: readonly Player[] = [
  {
    program: 'paplay',
    argv: (file, volume) => [...given(volume, (v) => [`--volume=${Math.round(v * 65_536)}`]), file],
  },
  {
    program: 'pw-play',
    argv: (file, volume) => [...given(volume, (v) => [`--volume=${v.toFixed(2)}`]), file],
  },
  { program: 'afplay', argv: (file, volume) => [...given(volume, (v) => ['-v', v.toFixed(2)]), file] },
  // Knows no volume: a file of one's own comes as loud as it is.
  { program: 'aplay', argv: (file) => ['-q', file] },
  {
    program: 'canberra-gtk-play',
    // In decibels: 1 is 0, half as loud is about -6.
    argv: (file, volume) => [
      ...given(volume, (v) => [`--volume=${(20 * Math.log10(Math.max(v, 0.01))).toFixed(1)}`]),
      `--file=${file}`,
    ],
  },
];
