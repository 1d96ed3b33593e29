/** Every session of every host, who asks first; and the way to the other pages. */
import { Fragment, memo, type RefObject, useEffect, useRef } from 'react';
import type { HostRow, SessionKey } from '../../protocol.ts';
import { useBerth, useModel, useNow } from '../model/hooks.ts';
import {
  asking,
  type KeyedSession,
  type SessionGroups,
  sessionGroups,
  titleOf,
} from '../state/session-order.ts';
import { type Unheard, unheard } from '../state/unheard.ts';
import { ageWords, agoWords, attentionLine, promptLine, staleSince, stateWords } from '../state/words.ts';
import { Button, IconButton } from '../ui/controls.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { StateDot } from '../ui/marks.tsx';
import { Loading } from '../ui/states.tsx';

const PAGES: readonly { page: 'home' | 'pool' | 'events' | 'settings'; label: string; icon: IconName }[] = [
  { page: 'home', label: 'Overview', icon: 'home' },
  { page: 'pool', label: 'Pool', icon: 'pool' },
  { page: 'events', label: 'Events', icon: 'events' },
  { page: 'settings', label: 'Settings', icon: 'settings' },
];

const GROUPS: readonly { name: keyof SessionGroups; label: string }[] = [
  { name: 'asking', label: 'Need you' },
  { name: 'live', label: 'Running' },
  { name: 'ended', label: 'Ended' },
];

const NO_SESSIONS: Readonly<Record<Unheard, string>> = {
  none: 'No sessions yet.',
  reaching: 'No sessions yet.',
  some: 'No sessions on the hosts that answer.',
  all: 'No host answers.',
};

export function Sidebar() {
  const berth = useBerth();
  const fleet = useModel((model) => model.fleet);
  const link = useModel((model) => model.link.state);
  const filter = useModel((model) => model.filter);
  const route = useModel((model) => model.route);
  const now = useNow();
  const root = useRef<HTMLElement>(null);
  useFocusWhileOpen(root);
  const groups = sessionGroups(fleet.sessions, filter, now);
  const missing = unheard(fleet.hosts.values());
  const none = GROUPS.every(({ name }) => groups[name].length === 0);
  const current = route.page === 'session' ? route.key : null;

  return (
    <aside className="sidebar" aria-label="Sessions and pages" ref={root}>
      <header className="brand">
        <img src="/icon.svg" alt="" width="22" height="22" />
        <span>Berth</span>
        <IconButton
          label="Find a session or an action (Ctrl K)"
          icon="search"
          onClick={() => berth.overlay('palette')}
        />
      </header>
      <nav className="pages" aria-label="Pages">
        {PAGES.map(({ page, label, icon }) => (
          <button
            key={page}
            type="button"
            aria-current={route.page === page ? 'page' : undefined}
            onClick={() => berth.go({ page })}
          >
            <Icon name={icon} />
            <span>{label}</span>
          </button>
        ))}
      </nav>
      <div className="sidebar-start">
        <Button kind="primary" icon="plus" onClick={() => berth.go({ page: 'start' })}>
          Start a session
        </Button>
        <input
          type="search"
          className="textbox"
          placeholder="Filter sessions"
          aria-label="Filter sessions and tabs"
          value={filter}
          onChange={(event) => berth.store.set({ filter: event.target.value })}
        />
      </div>
      <section className="session-list" aria-label="Sessions">
        {fleet.epoch === null || (none && !filter && missing === 'reaching') ? (
          link === 'connecting' || link === 'live' ? (
            <Loading lines={8} label="Loading sessions" />
          ) : (
            <p className="quiet">Sessions show here once Berth answers.</p>
          )
        ) : none ? (
          <p className="quiet">{filter ? 'No session fits the filter.' : NO_SESSIONS[missing]}</p>
        ) : (
          GROUPS.map(({ name, label }) => (
            <Fragment key={name}>
              {groups[name].length > 0 && (
                <h2 className="group-head">
                  {label} <span>{groups[name].length}</span>
                </h2>
              )}
              <ul>
                {groups[name].map((entry) => (
                  <SessionItem
                    key={entry[0]}
                    entry={entry}
                    host={fleet.hosts.get(entry[1].vm_name)}
                    current={entry[0] === current}
                    now={Math.floor(now / 10_000) * 10_000}
                    onOpen={openFrom(berth)}
                  />
                ))}
              </ul>
            </Fragment>
          ))
        )}
      </section>
    </aside>
  );
}

/** A second: who is elsewhere by then is left there. */
const MOST_FRAMES = 60;

/** Over a narrow page it takes the focus, and gives it back where it is closed with it. */
function useFocusWhileOpen(root: RefObject<HTMLElement | null>): void {
  const menu = useModel((model) => model.menu);
  useEffect(() => {
    if (!menu) return;
    const [sidebar, before] = [root.current, document.activeElement];
    // It can have the focus once it is seen, which is some frames later.
    let frames = MOST_FRAMES;
    const take = () => {
      const first = sidebar?.querySelector<HTMLElement>('.pages button');
      first?.focus();
      if (document.activeElement !== first && frames-- > 0) frame = requestAnimationFrame(take);
    };
    let frame = requestAnimationFrame(take);
    return () => {
      cancelAnimationFrame(frame);
      if (sidebar?.contains(document.activeElement) && before instanceof HTMLElement) before.focus();
    };
  }, [menu, root]);
}

const opens = new WeakMap<object, (key: SessionKey) => void>();

/** One function for each page, so that lines that did not change are not drawn again. */
function openFrom(berth: { open(key: SessionKey): void }): (key: SessionKey) => void {
  const known = opens.get(berth) ?? ((key: SessionKey) => berth.open(key));
  opens.set(berth, known);
  return known;
}

interface ItemProps {
  readonly entry: KeyedSession;
  readonly host: HostRow | undefined;
  readonly current: boolean;
  readonly now: number;
  readonly onOpen: (key: SessionKey) => void;
}

const SessionItem = memo(
  function SessionItem({ entry: [key, row], host, current, now, onOpen }: ItemProps) {
    const attention = asking(row, now);
    const stale = staleSince(row, host);
    return (
      <li>
        <button
          type="button"
          className={`session-item${attention ? ` asks ${attention.kind}` : ''}${stale ? ' stale' : ''}`}
          aria-current={current ? 'page' : undefined}
          onClick={() => onOpen(key)}
        >
          <StateDot row={row} now={now} />
          <span className="session-name" dir="auto">
            {titleOf(row)}
          </span>
          <span className="session-age">{ageWords(row, now).replace('ran ', '')}</span>
          <span className="session-note">
            <span className="host-name">{row.vm_name}</span>
            <span className="session-words" dir="auto">
              {stale
                ? `as of ${agoWords(stale, now)}`
                : attention
                  ? attentionLine(attention)
                  : promptLine(row) || stateWords(row)}
            </span>
          </span>
          <span className="unseen">{stateWords(row)}</span>
        </button>
      </li>
    );
  },
  (a, b) =>
    a.entry[1] === b.entry[1] &&
    a.entry[0] === b.entry[0] &&
    a.host?.link === b.host?.link &&
    a.current === b.current &&
    a.now === b.now,
);
