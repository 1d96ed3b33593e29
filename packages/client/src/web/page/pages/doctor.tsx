import { oneLine } from '@berth/shared/domain/text';
import { useCall } from '../model/hooks.ts';
import { Icon } from '../ui/icon.tsx';
import { Failure, Loading } from '../ui/states.tsx';

/** What `berth host doctor` finds on a host. */
export function Doctor({ host }: { host: string }) {
  const { value, failure, again } = useCall('doctor', { host });
  if (failure) return <Failure failure={failure} onAgain={again} />;
  if (!value) return <Loading lines={4} label="Checking the host" />;
  return (
    <ul className="checks">
      {value.checks.map(({ name, ok, detail, hint }) => (
        <li key={name} className={ok ? 'ok' : 'bad'}>
          <Icon name={ok ? 'check' : 'warning'} />
          <span className="check-name">{oneLine(name)}</span>
          <span className="check-words">
            {oneLine(detail)}
            {!ok && hint && <small>{oneLine(hint)}</small>}
          </span>
          <span className="unseen">{ok ? 'good' : 'wants mending'}</span>
        </li>
      ))}
    </ul>
  );
}
