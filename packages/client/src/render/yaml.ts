/** YAML that is safe on a terminal: strings that could act on it are quoted and escaped. */
import { Document, visit } from 'yaml';
import { escapeUnsafe, isUnsafe } from './json.ts';

export function toYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeUnsafe(document.toString({ lineWidth: 0 }));
}
