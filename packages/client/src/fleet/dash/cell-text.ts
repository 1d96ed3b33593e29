import { oneLine } from '@berth/shared/domain/text';
import { steadyWidth } from '../../render/width.ts';

/** One line that is safe to print, and as wide as we think in every terminal. */
export function cellText(text: string): string {
  return steadyWidth(oneLine(text));
}
