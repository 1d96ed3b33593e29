/** Where the focus goes when what had it goes away: not to nowhere, from where no key leads on. */
import { type RefObject, useLayoutEffect, useRef } from 'react';

/** To the terminal that is shown, else to the content of the page. */
export function focusContent(): void {
  const terminal = document.querySelector<HTMLElement>('.session:not([hidden]) .xterm-helper-textarea');
  terminal?.focus();
  if (!terminal || document.activeElement !== terminal) document.querySelector('main')?.focus();
}

/** For an element that takes the focus with it when it goes. */
export function useFocusLeft<E extends HTMLElement>(): RefObject<E | null> {
  const ref = useRef<E>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      // It still stands there: of what is gone nobody knows whether it had the focus.
      if (element?.contains(document.activeElement)) focusContent();
    };
  }, []);
  return ref;
}
