import { BerthError } from '@berth/shared/domain/berth-error';

/**
 * Runs the work with a signal that aborts after `ms`, and rejects with HOST_UNREACHABLE then even if
 * the work does not heed it; also when `signal` aborts.
 */
export async function within<T>(
  { ms, host, signal }: { ms: number; host: string; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  late.catch(() => {});
  const end = (why: string) => {
    reject(new BerthError('HOST_UNREACHABLE', `cannot ask host ${host}: ${why}`, { values: { host } }));
    stop.abort();
  };
  const timer = setTimeout(() => end(`it did not answer within ${ms / 1000} s`), ms);
  const interrupted = () => end('interrupted');
  signal.addEventListener('abort', interrupted, { once: true });
  try {
    if (signal.aborted) interrupted();
    const working = work(stop.signal);
    working.catch(() => {});
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupted);
  }
}
