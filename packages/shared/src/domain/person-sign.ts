/** What the bytes from a terminal say of the person before it. Pure. */

/** `came`, `left`: the terminal came to the front, or went to the back (focus reports, mode 1004). */
export type SignOfPerson = 'typed' | 'came' | 'left';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const FOCUS = /\u001b\[([IO])/g;
/** Answers that a terminal gives by itself: attributes, cursor, modes, colours, versions. */
const ANSWERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  /\u001b(?:\[[?>=]?[\d;]*(?:\$y|[cRnt])|[\]P][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/** The last word of one read, null if no person stands behind it. Focus reports come in one piece. */
export function signOfPerson(data: Uint8Array): SignOfPerson | null {
  const text = new TextDecoder('latin1').decode(data);
  if (text.replace(FOCUS, '').replace(ANSWERS, '') !== '') return 'typed';
  const last = [...text.matchAll(FOCUS)].at(-1);
  if (!last) return null;
  return last[1] === 'I' ? 'came' : 'left';
}
