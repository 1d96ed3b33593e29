/** Hours in which nobody is to be disturbed: `22:00-07:00`, every day, by the clock on the wall here. Pure. */

/** Minutes since midnight; `to` is not part of it. From 22:00 to 7:00 it runs across midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/** Null if the text is no such span, or an empty one. */
export function parseQuietHours(text: string): QuietHours | null {
  const found = /^(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)$/.exec(text.trim());
  if (!found) return null;
  const [h1 = 0, m1 = 0, h2 = 0, m2 = 0] = found.slice(1).map(Number);
  if (h1 > 23 || h2 > 24 || m1 > 59 || m2 > 59 || (h2 === 24 && m2 > 0)) return null;
  const hours = { from: h1 * 60 + m1, to: (h2 * 60 + m2) % 1440 };
  return hours.from === hours.to ? null : hours;
}

/** When the quiet hours that hold at `now` end, in ms since the epoch; null if none hold. */
export function quietUntil(now: number, hours: QuietHours | null): number | null {
  if (!hours) return null;
  const date = new Date(now);
  const minute = date.getHours() * 60 + date.getMinutes();
  const { from, to } = hours;
  const holds = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!holds) return null;
  // Made from its parts: in the night when the clocks change it is still the hour on the wall.
  const day = date.getDate() + (minute < to ? 0 : 1);
  const end = new Date(date.getFullYear(), date.getMonth(), day, Math.floor(to / 60), to % 60).getTime();
  return end > now ? end : now + 60_000;
}
