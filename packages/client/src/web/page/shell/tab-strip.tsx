/** The open sessions: a strip of tabs, in the order that people give them. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { SessionKey, SessionRow } from '../../protocol.ts';
import { useBerth, useModel, useNow } from '../model/hooks.ts';
import { asking, titleOf, wordsOfKey } from '../state/session-order.ts';
import { attentionLine } from '../state/words.ts';
import { IconButton } from '../ui/controls.tsx';
import { Icon } from '../ui/icon.tsx';
import { StateDot } from '../ui/marks.tsx';
import { Menu } from '../ui/menu.tsx';
import { hostOfTab, shownTabs } from './shown-tabs.ts';

export function TabStrip() {
  const berth = useBerth();
  const layout = useModel((model) => model.layout);
  const fleet = useModel((model) => model.fleet);
  const filter = useModel((model) => model.filter);
  const route = useModel((model) => model.route);
  const now = useNow();
  const strip = useRef<HTMLUListElement>(null);
  const [dragged, setDragged] = useState<SessionKey | null>(null);
  const shown = shownTabs({ layout, fleet, filter });
  const current = route.page === 'session' ? route.key : null;
  // The one that Tab leads to: there always is one, or nobody gets here without a mouse.
  const stop = current !== null && shown.includes(current) ? current : shown[0];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the tab that is shown is scrolled to
  useEffect(() => {
    // With the frame: it needs the layout, which what follows on a click changes once more.
    const frame = requestAnimationFrame(() =>
      strip.current?.querySelector('.tab.current')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    );
    return () => cancelAnimationFrame(frame);
  }, [current, shown.length]);

  const tabsAround = (tab: HTMLElement): [HTMLElement[], number] => {
    const tabs = [...(strip.current?.querySelectorAll<HTMLElement>('.tab-open') ?? [])];
    return [tabs, tabs.indexOf(tab)];
  };
  const onKey = (event: KeyboardEvent<HTMLElement>, key: SessionKey) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'Delete') {
      const [tabs, at] = tabsAround(event.currentTarget);
      (tabs[at + 1] ?? tabs[at - 1])?.focus();
      berth.closeTab(key);
    } else if (by !== 0 && event.ctrlKey && event.shiftKey) berth.moveTab(key, by, shown);
    else if (by !== 0 && !event.altKey && !event.ctrlKey) {
      const [tabs, at] = tabsAround(event.currentTarget);
      tabs[(at + by + tabs.length) % tabs.length]?.focus();
    } else return;
    event.preventDefault();
  };

  return (
    <nav className="tabs" aria-label="Open sessions">
      <IconButton
        label="Sessions"
        icon="menu"
        className="menu-button"
        onClick={() => berth.toggleSidebar()}
      />
      <ul className="tab-list" ref={strip}>
        {shown.map((key, index) => {
          const host = hostOfTab(key);
          const first = layout.groupByHost && (index === 0 || hostOfTab(shown[index - 1] ?? '') !== host);
          return (
            <li
              key={key}
              className={`tab${key === current ? ' current' : ''}${key === dragged ? ' dragged' : ''}`}
              draggable
              onDragStart={() => setDragged(key)}
              onDragEnd={() => setDragged(null)}
              onDragOver={(event) => dragged && event.preventDefault()}
              onDragEnter={() => dragged && dragged !== key && berth.dropTab(dragged, key)}
            >
              {first && <span className="tab-host">{host}</span>}
              <Tab
                tabKey={key}
                row={fleet.sessions.get(key)}
                now={now}
                current={key === current}
                stop={key === stop}
                onKey={(event) => onKey(event, key)}
              />
            </li>
          );
        })}
      </ul>
      <div className="tabs-end">
        <Menu
          label="All tabs"
          icon="chevron"
          entries={[
            {
              label: layout.groupByHost ? 'Do not group by host' : 'Group by host',
              icon: 'pool',
              run: () => berth.arrange({ groupByHost: !layout.groupByHost }),
            },
            ...layout.open.map((key) => {
              const row = fleet.sessions.get(key);
              const words = wordsOfKey(key);
              return {
                id: key,
                label: row ? titleOf(row) : words.session,
                note: words.host,
                icon: row && asking(row, now) ? ('bell' as const) : ('terminal' as const),
                current: key === current,
                run: () => berth.open(key),
              };
            }),
          ]}
        />
        <IconButton label="Start a session" icon="plus" onClick={() => berth.go({ page: 'start' })} />
      </div>
    </nav>
  );
}

interface TabProps {
  readonly tabKey: SessionKey;
  readonly row: SessionRow | undefined;
  readonly now: number;
  readonly current: boolean;
  readonly stop: boolean;
  readonly onKey: (event: KeyboardEvent<HTMLElement>) => void;
}

function Tab({ tabKey, row, now, current, stop, onKey }: TabProps) {
  const berth = useBerth();
  const words = wordsOfKey(tabKey);
  const title = row ? titleOf(row) : words.session;
  const attention = row ? asking(row, now) : null;
  return (
    <span className={`tab-body${attention ? ` asks ${attention.kind}` : ''}`}>
      <button
        type="button"
        className="tab-open"
        aria-current={current ? 'page' : undefined}
        tabIndex={stop ? 0 : -1}
        title={`${title} on ${words.host}${attention ? `\n${attentionLine(attention)}` : ''}`}
        onClick={() => berth.open(tabKey)}
        onAuxClick={(event) => event.button === 1 && berth.closeTab(tabKey)}
        onKeyDown={onKey}
      >
        {row ? <StateDot row={row} now={now} /> : <span className="dot off" />}
        <span className="tab-title" dir="auto">
          {title}
        </span>
        {attention && <span className="unseen"> asks: {attentionLine(attention)}</span>}
      </button>
      <button
        type="button"
        className="tab-close"
        aria-label={`Close ${title}`}
        title="Close the tab; the session goes on"
        tabIndex={stop ? 0 : -1}
        onClick={() => berth.closeTab(tabKey)}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}
