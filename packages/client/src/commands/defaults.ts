/** A default from the user's settings, as text. */
import type { Context } from '../context.ts';

export function setting(context: Context, key: string): string | undefined {
  const value = (context.settings as unknown as Record<string, unknown>)[key];
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
