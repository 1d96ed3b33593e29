/** What the bytes from a terminal say of the person before it. Pure. */
import { TypingDetector } from './typing.ts';

/** `came`, `left`: the terminal came to the front, or went to the back (focus reports, mode 1004). */
export type SignOfPerson = 'typed' | 'came' | 'left';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const FOCUS = /\u001b\[([IO])/g;

/** The input of one terminal, in chunks. Focus reports come in one piece. */
export class PersonSigns {
  readonly #typing = new TypingDetector();

  /** The last word of this chunk; null if no person stands behind it. */
  push(data: Uint8Array): SignOfPerson | null {
    if (this.#typing.push(data)) return 'typed';
    const last = [...new TextDecoder('latin1').decode(data).matchAll(FOCUS)].at(-1);
    if (!last) return null;
    return last[1] === 'I' ? 'came' : 'left';
  }
}
