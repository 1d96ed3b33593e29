/** `Writing objects:  45% (9/20), 12.10 MiB | 3.20 MiB/s` -> `sending 45%, 12.10 MiB at 3.20 MiB/s`. */
export function pushProgress(line: string): string | null {
  const [, step, percent, bytes, pace] =
    /^(Counting|Compressing|Writing|Receiving) objects: +(\d+)%[^,]*(?:, ([\d.]+ \w+))?(?: \| ([\d.]+ \w+\/s))?/.exec(
      line,
    ) ?? [];
  if (step === undefined) return null;
  const what = step === 'Writing' ? 'sending' : step === 'Receiving' ? 'receiving' : 'packing';
  return `${what} ${percent}%${bytes ? `, ${bytes}` : ''}${pace ? ` at ${pace}` : ''}`;
}
