/** A moment in which a person may leave before the next thing begins by itself. */
import type { Console } from '../render/console.ts';

/** q, Q, ctrl-c, ctrl-d and Escape. */
const LEAVES = ['q', 'Q', '\u0003', '\u0004', '\u001b'];
const GOES_ON = /^[\r\n ]/;

/** False where the person leaves; true after the time, or at once with Enter or Space. Other keys do nothing. */
export function moment({ stdin }: Pick<Console, 'stdin'>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (goesOn: boolean) => {
      clearTimeout(timer);
      stdin.off('data', read);
      stdin.off('end', gone);
      stdin.setRawMode?.(false);
      stdin.pause();
      resolve(goesOn);
    };
    const read = (data: Uint8Array | string) => {
      const typed = data.toString();
      if (LEAVES.includes(typed)) done(false);
      else if (GOES_ON.test(typed)) done(true);
    };
    const gone = () => done(false);
    const timer = setTimeout(() => done(true), ms);
    stdin.setRawMode?.(true);
    stdin.on('data', read);
    stdin.once('end', gone);
    stdin.resume();
  });
}
