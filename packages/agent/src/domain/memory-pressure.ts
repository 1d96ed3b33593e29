/** When a session is near the end of its slot. Pure. */

const HIGH = 0.9;
const LOW = 0.75;

/** The next state after one before: between the two marks it stays what it was. */
export function isPressed(before: boolean, usedBytes: number, slotBytes: number): boolean {
  if (slotBytes <= 0) return false;
  const share = usedBytes / slotBytes;
  return before ? share >= LOW : share >= HIGH;
}
