/** All hosts: slots, memory, cost, and how well each is. */
import { formatAge } from '@berth/shared/domain/duration';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { useState } from 'react';
import type { HostRow } from '../../protocol.ts';
import { useModel, useNow } from '../model/hooks.ts';
import { poolSums } from '../state/pool-sums.ts';
import { agoWords, memoryWords, priceWords } from '../state/words.ts';
import { Button } from '../ui/controls.tsx';
import { Icon } from '../ui/icon.tsx';
import { Bar } from '../ui/marks.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { Doctor } from './doctor.tsx';
import { PageHead } from './page-head.tsx';

export function PoolPage() {
  const fleet = useModel((model) => model.fleet);
  const now = useNow();
  const hosts = [...fleet.hosts.values()];
  const sums = poolSums(hosts);
  return (
    <div className="page">
      <PageHead title="Pool" note={`${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`} />
      {fleet.epoch === null ? (
        <Loading lines={8} label="Loading hosts" />
      ) : hosts.length === 0 ? (
        <Empty icon="pool" title="No host yet" text="Add one with “berth host add”, and it shows here." />
      ) : (
        <>
          <dl className="sums">
            <Sum name="Hosts" value={`${sums.connected} of ${sums.hosts}`} note="connected" />
            <Sum
              name="Slots"
              value={`${sums.usedSlots} of ${sums.slots}`}
              note={sums.queued > 0 ? `${sums.queued} in line` : `${sums.slots - sums.usedSlots} free`}
            />
            <Sum
              name="Memory"
              value={formatMemory(sums.reservedBytes)}
              note={`reserved of ${formatMemory(sums.memoryBytes)}`}
            />
            <Sum
              name="Cost"
              value={sums.pricePerHour > 0 ? priceWords(sums.pricePerHour) : '—'}
              note={sums.idlePerHour > 0 ? `${priceWords(sums.idlePerHour)} of it idle` : 'nothing idle'}
            />
          </dl>
          <ul className="hosts">
            {hosts.map((host) => (
              <HostItem key={host.name} host={host} now={now} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Sum({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <small>{note}</small>
      </dd>
    </div>
  );
}

function HostItem({ host, now }: { host: HostRow; now: number }) {
  const [doctor, setDoctor] = useState(false);
  const { vm, link } = host;
  const stale = link !== 'connected';
  return (
    <li className={`card host ${link}`}>
      <header>
        <span
          className={`dot ${link === 'connected' ? 'ok' : link === 'connecting' ? 'wait' : 'bad'}`}
          aria-hidden="true"
        />
        <h2>{oneLine(host.name)}</h2>
        <HostState host={host} now={now} />
        <span className="head-space" />
        {vm && (
          <span className="quiet host-kind">
            {[
              vm.size && `size ${vm.size}`,
              vm.region,
              vm.price_per_hour === null ? '' : priceWords(vm.price_per_hour),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )}
        <Button small icon="check" kind="quiet" onClick={() => setDoctor(!doctor)}>
          {doctor ? 'Hide checks' : 'Check'}
        </Button>
      </header>
      {host.error && <p className="host-error">{oneLine(host.error)}</p>}
      {vm && (
        <div className={`host-bars${stale ? ' stale' : ''}`}>
          <Figure
            name="Slots"
            tone="even"
            part={vm.capacity ? vm.active_sessions / vm.capacity : 0}
            words={`${vm.active_sessions} of ${vm.capacity}`}
            note={vm.queued_sessions > 0 ? `${vm.queued_sessions} in line` : `${vm.available_capacity} free`}
          />
          <Figure
            name="Reserved"
            tone="even"
            part={vm.memory_capacity_bytes ? vm.memory_reserved_bytes / vm.memory_capacity_bytes : 0}
            words={memoryWords(vm.memory_reserved_bytes, vm.memory_capacity_bytes)}
            note={vm.enforcement === 'kernel' ? 'kept by the kernel' : 'advisory'}
          />
          <Figure
            name="Used"
            part={vm.memory_total_bytes ? vm.memory_used_bytes / vm.memory_total_bytes : 0}
            words={memoryWords(vm.memory_used_bytes, vm.memory_total_bytes)}
            note={host.latency_ms === null ? '' : `${Math.max(1, Math.round(host.latency_ms))} ms away`}
          />
        </div>
      )}
      {host.warnings.length > 0 && (
        <ul className="warnings">
          {host.warnings.map((warning) => (
            <li key={warning}>
              <Icon name="warning" />
              {oneLine(warning)}
            </li>
          ))}
        </ul>
      )}
      {doctor && <Doctor host={host.name} />}
    </li>
  );
}

function HostState({ host, now }: { host: HostRow; now: number }) {
  const { link, link_since, as_of, vm } = host;
  if (link === 'connecting') return <span className="badge wait">Connecting</span>;
  if (link === 'unreachable') {
    return (
      <>
        <span className="badge bad">Unreachable for {formatAge(now - Date.parse(link_since))}</span>
        <span className="quiet">{as_of === null ? 'never seen' : `as of ${agoWords(as_of, now)}`}</span>
      </>
    );
  }
  return (
    <>
      <span className={`badge ${host.state === 'draining' ? 'wait' : 'ok'}`}>
        {host.state === 'draining' ? 'Draining' : 'Online'}
      </span>
      {vm?.idle && (
        <span className="badge off">
          Idle{vm.idle_since ? ` for ${formatAge(now - Date.parse(vm.idle_since))}` : ''}
        </span>
      )}
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly part: number;
  readonly words: string;
  readonly note: string;
  /** `even`: full is no alarm. */
  readonly tone?: 'even' | '';
}

function Figure({ name, part, words, note, tone = '' }: FigureProps) {
  return (
    <div className="figure">
      <span className="figure-name">{name}</span>
      <Bar part={part} label={`${name}: ${words}`} tone={tone} />
      <span className="figure-words">{words}</span>
      <small>{note}</small>
    </div>
  );
}
