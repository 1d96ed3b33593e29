/** Names of keys, as tmux has them. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { safeText } from '@berth/shared/domain/text';

/** Names that tmux knows; it would type any other as text. */
const KEY =
  /^(?:\^[@-_a-z]|(?:[CMS]-)*(?:[\x21-\x7e]|F(?:[1-9]|1[0-2])|Up|Down|Left|Right|Home|End|IC|Insert|DC|Delete|PgUp|PageUp|PPage|PgDn|PageDown|NPage|Enter|Escape|Space|Tab|BTab|BSpace))$/;

/** Throws ARGUMENT_INVALID that names the first one that is none. */
export function checkKeys(keys: readonly string[]): void {
  const odd = keys.find((key) => !KEY.test(key));
  if (odd === undefined) return;
  throw new BerthError('ARGUMENT_INVALID', `unknown key ${safeText(odd)}`, {
    hint: 'keys have the names of tmux: Enter, Escape, C-c, Up, F1',
  });
}
