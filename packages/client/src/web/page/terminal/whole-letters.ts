/**
 * What a terminal gives out as typed, in UTF-8. A key for a letter beyond the first plane, such as an emoji,
 * comes as two events in Firefox, with half of a surrogate pair each: the first waits for the second.
 */
export function wholeLetters(): (text: string) => Uint8Array {
  const encoder = new TextEncoder();
  let half = '';
  return (text) => {
    const whole = half + text;
    half = /[\uD800-\uDBFF]$/.exec(whole)?.[0] ?? '';
    return encoder.encode(whole.slice(0, whole.length - half.length));
  };
}
