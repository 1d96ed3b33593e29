/** The foot of the page: how fresh all this is, and what the pool has. Always there, so that nothing jumps. */
import { formatMemory } from '@berth/shared/domain/memory';
import { useBerth, useModel, useNow } from '../model/hooks.ts';
import { linkWords } from '../state/link-state.ts';
import { poolSums } from '../state/pool-sums.ts';
import { askingCount } from '../state/session-order.ts';
import { priceWords } from '../state/words.ts';
import { Icon } from '../ui/icon.tsx';
import { Bar } from '../ui/marks.tsx';

export function StatusBar() {
  const berth = useBerth();
  const link = useModel((model) => model.link);
  const fleet = useModel((model) => model.fleet);
  const now = useNow();
  const pool = poolSums(fleet.hosts.values());
  const asks = askingCount(fleet.sessions, now);
  return (
    <footer className="status">
      {/* The announcer tells of it once: an age that grows would be read out each second. */}
      <span className={`link ${link.state}`}>
        <span className="link-dot" aria-hidden="true" />
        {linkWords(link, now)}
      </span>
      {link.state === 'denied' && (
        <span className="status-hint">run “berth ui” and open the link it prints</span>
      )}
      {link.state === 'lost' && (
        <button type="button" onClick={() => berth.reconnect()}>
          Try now
        </button>
      )}
      {asks > 0 && (
        <button type="button" className="status-asks" onClick={() => berth.go({ page: 'home' })}>
          <Icon name="bell" /> {asks} {asks === 1 ? 'needs' : 'need'} you
        </button>
      )}
      <span className="status-space" />
      {fleet.epoch !== null && (
        <button type="button" className="status-pool" onClick={() => berth.go({ page: 'pool' })}>
          <span>
            {pool.connected}/{pool.hosts} hosts
          </span>
          <span>
            <Bar
              part={pool.slots ? pool.usedSlots / pool.slots : 0}
              label={`${pool.usedSlots} of ${pool.slots} slots in use`}
              tone="plain"
            />
            {pool.usedSlots}/{pool.slots} slots
          </span>
          <span className="wide-only">
            {formatMemory(pool.reservedBytes)} of {formatMemory(pool.memoryBytes)}
          </span>
          {pool.queued > 0 && <span className="wide-only">{pool.queued} in line</span>}
          {pool.pricePerHour > 0 && <span className="wide-only">{priceWords(pool.pricePerHour)}</span>}
        </button>
      )}
      <button type="button" className="wide-only" title="Keys (?)" onClick={() => berth.overlay('keys')}>
        <Icon name="keys" />
        <span className="unseen">Keys</span>
      </button>
    </footer>
  );
}
