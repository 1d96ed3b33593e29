/** Colours of the terminal, light and dark. Legible on their ground, all sixteen. */

export interface TerminalColours {
  readonly background: string;
  readonly foreground: string;
  readonly cursor: string;
  readonly cursorAccent: string;
  readonly selectionBackground: string;
  readonly black: string;
  readonly red: string;
  readonly green: string;
  readonly yellow: string;
  readonly blue: string;
  readonly magenta: string;
  readonly cyan: string;
  readonly white: string;
  readonly brightBlack: string;
  readonly brightRed: string;
  readonly brightGreen: string;
  readonly brightYellow: string;
  readonly brightBlue: string;
  readonly brightMagenta: string;
  readonly brightCyan: string;
  readonly brightWhite: string;
}

export const DARK: TerminalColours = {
  background: '#0f1318',
  foreground: '#dbe1ea',
  cursor: '#8fb4ff',
  cursorAccent: '#0f1318',
  selectionBackground: '#2f4a7a',
  black: '#2b323c',
  red: '#f28b82',
  green: '#8fce8b',
  yellow: '#e6c370',
  blue: '#84b0ff',
  magenta: '#d5a6ff',
  cyan: '#76d0d8',
  white: '#c9d1db',
  brightBlack: '#7f8a99',
  brightRed: '#ffb0a8',
  brightGreen: '#b4e6ae',
  brightYellow: '#f5dc9a',
  brightBlue: '#b0cdff',
  brightMagenta: '#e6caff',
  brightCyan: '#a8e8ee',
  brightWhite: '#ffffff',
};

export const LIGHT: TerminalColours = {
  background: '#ffffff',
  foreground: '#1d232c',
  cursor: '#2257d6',
  cursorAccent: '#ffffff',
  selectionBackground: '#c5d8ff',
  black: '#1d232c',
  red: '#b3261e',
  green: '#1a7340',
  yellow: '#8a5a00',
  blue: '#2257d6',
  magenta: '#8430b5',
  cyan: '#0b7285',
  white: '#5c6572',
  brightBlack: '#6b7482',
  brightRed: '#c8372d',
  brightGreen: '#1d8049',
  brightYellow: '#9a6700',
  brightBlue: '#3468e8',
  brightMagenta: '#9a45cc',
  brightCyan: '#0f8296',
  brightWhite: '#3d4653',
};
