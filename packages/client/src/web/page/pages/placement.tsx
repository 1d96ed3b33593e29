/** Where a session would go, and why not elsewhere: told anew as the form changes. */
import { oneLine } from '@berth/shared/domain/text';
import { useEffect, useRef, useState } from 'react';
import type { StartOrder, StartPlan } from '../../protocol.ts';
import { useCall } from '../model/hooks.ts';
import { Icon } from '../ui/icon.tsx';
import { Failure, Loading } from '../ui/states.tsx';

const SETTLE_MS = 250;
const EVERY_MS = 5000;

export function Placement({ order, enabled }: { order: StartOrder; enabled: boolean }) {
  // What does not move a session does not ask anew.
  const asked = useSettled({ ...order, prompt: '', name: '' });
  const { value, failure, loading, again } = useCall('plan', asked, { everyMs: EVERY_MS, enabled });
  const last = useRef<StartPlan | null>(null);
  if (value) last.current = value;
  const plan = value ?? last.current;
  return (
    <section className="card placement" aria-label="Where it would go" aria-busy={loading}>
      <h2>Where it would go</h2>
      {failure ? (
        <Failure failure={failure} onAgain={again} />
      ) : !plan ? (
        <Loading lines={5} label="Asking the hosts" />
      ) : (
        <>
          <p className={`placement-chosen${plan.host === null ? ' none' : ''}`} aria-live="polite">
            <Icon name={plan.host === null ? 'clock' : 'right'} />
            {plan.host === null ? (
              order.queue ? (
                'Nowhere now: it waits in line'
              ) : (
                'Nowhere now: switch on “Wait in line”'
              )
            ) : (
              <span>
                It would go to <strong>{plan.host}</strong>
              </span>
            )}
          </p>
          <ul>
            {plan.hosts.map(({ name, fits, why }) => (
              <li key={name} className={`${fits ? 'fits' : ''}${name === plan.host ? ' chosen' : ''}`}>
                <Icon name={fits ? 'check' : 'close'} />
                <span className="placement-name">{name}</span>
                <span className="placement-why">{oneLine(why)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(JSON.parse(text) as T), SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}
