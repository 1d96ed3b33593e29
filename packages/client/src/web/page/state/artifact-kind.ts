/** How a file can be looked at, by its name. Pure. */

export type ArtifactKind = 'text' | 'image' | 'page' | 'other';

const IMAGES = /\.(?:png|jpe?g|gif|webp|avif|bmp)$/i;
const PAGES = /\.html?$/i;
const TEXTS =
  /(?:^|\/)(?:Makefile|Dockerfile|README|LICENSE)$|\.(?:txt|log|md|json|jsonl|ya?ml|toml|csv|tsv|xml|svg|ini|conf|diff|patch|sql|sh|py|rb|go|rs|c|h|cc|cpp|java|kt|swift|ts|tsx|js|jsx|mjs|cjs|css|scss)$/i;

export function artifactKind(path: string): ArtifactKind {
  if (IMAGES.test(path)) return 'image';
  if (PAGES.test(path)) return 'page';
  // A drawing that may hold scripts is looked at as its text.
  return TEXTS.test(path) ? 'text' : 'other';
}
