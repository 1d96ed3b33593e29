/** How components reach what the page knows. */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { UiCalls } from '../../protocol.ts';
import { asFailure, type CallFailure, call } from '../connection/call.ts';
import type { Berth } from './berth.ts';
import type { Model } from './model.ts';
import { usePicked } from './store.ts';

export const BerthContext = createContext<Berth | null>(null);

export function useBerth(): Berth {
  const berth = useContext(BerthContext);
  if (!berth) throw new Error('there is no Berth above this component');
  return berth;
}

export function useModel<P>(pick: (model: Model) => P): P {
  return usePicked(useBerth().store, pick);
}

/** The time, told anew every second: for ages. One clock for all. */
export function useNow(): number {
  return useSyncExternalStore(subscribeToClock, () => clockNow);
}

let clockNow = Date.now();
let clockTimer = 0;
const clockListeners = new Set<() => void>();

function subscribeToClock(listener: () => void): () => void {
  clockListeners.add(listener);
  if (clockListeners.size === 1) {
    clockNow = Date.now();
    clockTimer = window.setInterval(() => {
      clockNow = Date.now();
      for (const told of clockListeners) told();
    }, 1000);
  }
  return () => {
    clockListeners.delete(listener);
    if (clockListeners.size === 0) window.clearInterval(clockTimer);
  };
}

/** What was asked for: what came last is kept and shown while it is asked for again. */
export interface Asked<T> {
  readonly value: T | null;
  readonly failure: CallFailure | null;
  readonly loading: boolean;
  /** Asks again now. */
  readonly again: () => void;
}

const EMPTY = { value: null, failure: null, loading: true };

/** Asks at once, again when the parameters change, and every `everyMs` where that is given. */
export function useCall<M extends keyof UiCalls>(
  method: M,
  params: UiCalls[M]['params'],
  { everyMs = 0, enabled = true }: { everyMs?: number; enabled?: boolean } = {},
): Asked<UiCalls[M]['result']> {
  type Result = UiCalls[M]['result'];
  const asked = JSON.stringify([method, params]);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{
    asked: string;
    value: Result | null;
    failure: CallFailure | null;
    loading: boolean;
  }>({ ...EMPTY, asked });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again; `asked` stands for method and params
  useEffect(() => {
    if (!enabled) return;
    const abort = new AbortController();
    let timer = 0;
    const ask = async () => {
      try {
        const value = await call(method, params, abort.signal);
        setState({ asked, value, failure: null, loading: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        const failure = asFailure(error);
        setState((before) => ({
          asked,
          value: before.asked === asked ? before.value : null,
          failure,
          loading: false,
        }));
      }
      if (everyMs > 0 && !abort.signal.aborted) timer = window.setTimeout(ask, everyMs);
    };
    setState((before) => (before.asked === asked ? { ...before, loading: true } : { ...EMPTY, asked }));
    void ask();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [asked, enabled, everyMs, round]);
  const { value, failure, loading } = state.asked === asked ? state : EMPTY;
  // What failed is gone from sight: a person sees that it is tried again.
  const again = () => {
    setState((before) => ({ ...before, failure: null, loading: true }));
    setRound((n) => n + 1);
  };
  return { value, failure, loading, again };
}
