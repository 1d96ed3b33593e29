/** Which entries of the command palette fit what was typed, the best first. Pure. */

export interface Rankable {
  readonly title: string;
  /** More words it is found by. */
  readonly words: string;
}

/** All words typed must fit; where all fit alike they keep their order. */
export function ranked<T extends Rankable>(entries: readonly T[], typed: string): T[] {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  return entries
    .map((entry, index) => ({ entry, index, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ entry }) => entry);
}

function scoreOf({ title, words }: Rankable, typed: readonly string[]): number {
  const [head, rest] = [title.toLowerCase(), words.toLowerCase()];
  let total = 0;
  for (const word of typed) {
    const score = head.startsWith(word)
      ? 8
      : head.includes(` ${word}`) || head.includes(`-${word}`)
        ? 6
        : head.includes(word)
          ? 4
          : rest.includes(word)
            ? 2
            : isSubsequence(word, head)
              ? 1
              : 0;
    if (score === 0) return 0;
    total += score;
  }
  return total;
}

function isSubsequence(word: string, text: string): boolean {
  let at = 0;
  for (const letter of text) if (letter === word[at]) at++;
  return at === word.length;
}
