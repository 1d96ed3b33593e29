/** Sessions and actions by a few letters. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { Berth } from '../model/berth.ts';
import { useBerth, useModel, useNow } from '../model/hooks.ts';
import { type Rankable, ranked } from '../state/palette-rank.ts';
import { asking, sessionGroups, titleOf } from '../state/session-order.ts';
import { attentionLine, promptLine, stateWords } from '../state/words.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';

interface Entry extends Rankable {
  readonly id: string;
  readonly icon: IconName;
  readonly note: string;
  readonly asks: boolean;
  readonly run: (berth: Berth) => void;
}

const MOST_SHOWN = 50;

const action = (title: string, icon: IconName, words: string, run: (berth: Berth) => void): Entry => ({
  id: `action-${title}`,
  title,
  icon,
  words,
  note: '',
  asks: false,
  run,
});

const ACTIONS: readonly Entry[] = [
  action('Start a session', 'plus', 'new create run prompt', (b) => b.go({ page: 'start' })),
  action('Overview', 'home', 'home attention', (b) => b.go({ page: 'home' })),
  action('Pool', 'pool', 'hosts slots memory cost doctor', (b) => b.go({ page: 'pool' })),
  action('Events', 'events', 'log history', (b) => b.go({ page: 'events' })),
  action('Settings', 'settings', 'theme notifications sound', (b) => b.go({ page: 'settings' })),
  action('Light theme', 'sun', 'colours', (b) => b.arrange({ theme: 'light' })),
  action('Dark theme', 'sun', 'colours', (b) => b.arrange({ theme: 'dark' })),
  action('Theme of the system', 'sun', 'colours', (b) => b.arrange({ theme: 'system' })),
  action('Group tabs by host', 'pool', 'order', (b) =>
    b.arrange({ groupByHost: !b.store.get().layout.groupByHost }),
  ),
  action('Show or hide the sidebar', 'menu', '', (b) => b.toggleSidebar()),
  action('Show or hide details', 'details', 'history search artifacts diff', (b) =>
    b.arrange({ details: !b.store.get().layout.details }),
  ),
  action('Keys', 'keys', 'keyboard shortcuts help', (b) => b.overlay('keys')),
];

export function Palette() {
  const berth = useBerth();
  const sessions = useModel((model) => model.fleet.sessions);
  const now = useNow();
  const [typed, setTyped] = useState('');
  const [selected, setSelected] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  const groups = sessionGroups(sessions, '', now);
  const rows = [...groups.asking, ...groups.live, ...groups.ended].map(([key, row]): Entry => {
    const attention = asking(row, now);
    return {
      id: key,
      title: titleOf(row),
      words: `${row.vm_name} ${row.status} ${row.session_id} ${promptLine(row)}`,
      icon: attention ? 'bell' : 'terminal',
      note: `${row.vm_name} · ${attention ? attentionLine(attention) : stateWords(row)}`,
      asks: attention !== null,
      run: () => berth.open(key),
    };
  });
  const entries = ranked([...rows, ...ACTIONS], typed).slice(0, MOST_SHOWN);
  const at = Math.min(selected, Math.max(0, entries.length - 1));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the selected entry is scrolled to
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, typed]);

  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    berth.overlay('none');
    entry.run(berth);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setSelected((at + 1) % Math.max(1, entries.length));
    else if (event.key === 'ArrowUp') setSelected((at - 1 + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter') run(entries[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Find a session or an action" onClose={() => berth.overlay('none')} className="palette">
      <div className="palette-input">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={entries[at] ? `${id}-${at}` : undefined}
          aria-label="Find a session or an action"
          placeholder="Session or action"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setSelected(0);
          }}
          onKeyDown={onKey}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="palette-list" role="listbox" aria-label="Found" id={`${id}-list`} ref={list}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are taken by the field that keeps the focus
          <div
            key={entry.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={entry.asks ? 'asks' : ''}
            onClick={() => run(entry)}
            onPointerMove={() => setSelected(index)}
          >
            <Icon name={entry.icon} />
            <span className="palette-title" dir="auto">
              {entry.title}
            </span>
            <small>{entry.note}</small>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className="quiet">Nothing fits.</p>}
    </Dialog>
  );
}
