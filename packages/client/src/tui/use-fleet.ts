/** The fleet and the time as React sees them. */
import { useEffect, useState } from 'react';
import type { LiveFleet, LiveHost } from '../fleet/live-fleet.ts';

/** Changes are gathered for this long: a busy fleet is drawn ten times a second. */
const GATHER_MS = 100;

export function useHosts(fleet: LiveFleet): readonly LiveHost[] {
  const [hosts, setHosts] = useState(() => [...fleet.hosts()]);
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setHosts([...fleet.hosts()]);
      }, GATHER_MS);
    };
    const listening = fleet.onChange(changed);
    changed();
    return () => {
      clearTimeout(timer);
      listening[Symbol.dispose]();
    };
  }, [fleet]);
  return hosts;
}

/** Ages are shown to the second. */
export function useNow(now: () => number): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  return time;
}
