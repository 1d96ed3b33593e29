/**
 * Option on a Mac: Meta for what listens to it, and on many keyboards the only way to write what shells
 * live of: [ ] { } | @ ~ and \. Pure.
 */

type Pressed = Pick<KeyboardEvent, 'altKey' | 'ctrlKey' | 'metaKey' | 'code' | 'key'>;

/** The keyboard writes a character of ASCII with it that the key alone does not stand for. */
export function writesByOption({ altKey, ctrlKey, metaKey, code, key }: Pressed): boolean {
  if (!altKey || ctrlKey || metaKey || !/^[!-~]$/.test(key)) return false;
  return key.toUpperCase() !== code.replace(/^(?:Key|Digit)/, '');
}

export const ON_MAC = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');
