/**
 * What asks for a person stands still while the person types: without a graphics card, browsers show each
 * letter two frames later as soon as anything on the page moves, however small it is.
 */
const STILL_MS = 1500;

/** Marks the page as typed in from a key to some time after the last one; what moves for long looks at it. */
export function keepStillWhileTyping(root: HTMLElement): void {
  let typed: number | undefined;
  const still = () => {
    clearTimeout(typed);
    root.classList.add('typing');
    typed = window.setTimeout(() => root.classList.remove('typing'), STILL_MS);
  };
  window.addEventListener('keydown', still, true);
}
