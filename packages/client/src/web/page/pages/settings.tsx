/** How this page looks and calls for attention, on this browser and the next. */
import { useState } from 'react';
import { useBerth, useModel } from '../model/hooks.ts';
import { askToNotify, chime } from '../model/notices.ts';
import { THEMES, type Theme } from '../state/layout.ts';
import { Button, Segmented, Switch } from '../ui/controls.tsx';
import { PageHead } from './page-head.tsx';

const THEME_LABELS: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' };

export function SettingsPage() {
  const berth = useBerth();
  const layout = useModel((model) => model.layout);
  const about = useModel((model) => model.about);
  const [leave, setLeave] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  return (
    <div className="page settings">
      <PageHead title="Settings" note={about ? `Berth ${about.version}` : ''} />
      <section className="card">
        <h2>Looks</h2>
        <div className="setting">
          <span>Theme</span>
          <Segmented<Theme>
            label="Theme"
            choices={THEMES.map((value) => ({ value, label: THEME_LABELS[value] }))}
            value={layout.theme}
            onChoose={(theme) => berth.arrange({ theme })}
          />
        </div>
        <Switch
          label="Group tabs by host"
          on={layout.groupByHost}
          onChange={(groupByHost) => berth.arrange({ groupByHost })}
        />
        <Switch label="Sidebar" on={layout.sidebar} onChange={(sidebar) => berth.arrange({ sidebar })} />
        <Switch
          label="Read terminals out"
          note="for screen readers; slower with much output"
          on={layout.readOut}
          onChange={(readOut) => berth.arrange({ readOut })}
        />
      </section>
      <section className="card">
        <h2>When a session needs you</h2>
        <Switch
          label="Notifications"
          note={
            leave === 'granted'
              ? 'of this system, after the wait that berth watch keeps'
              : leave === 'denied'
                ? 'this browser forbids them for this page: allow them beside its address'
                : 'this browser has to be asked first'
          }
          on={layout.notify && leave === 'granted'}
          onChange={(notify) => berth.arrange({ notify })}
        />
        {leave === 'default' && (
          <Button
            icon="bell"
            onClick={async () => {
              setLeave(await askToNotify());
              berth.arrange({ notify: true });
            }}
          >
            Allow notifications
          </Button>
        )}
        <Switch
          label="Sound"
          note="two soft tones"
          on={layout.sound}
          onChange={(sound) => berth.arrange({ sound })}
        />
        <Button small kind="quiet" icon="play" onClick={chime}>
          Hear it
        </Button>
      </section>
      <section className="card">
        <h2>Keys</h2>
        <p className="quiet">All of Berth works without a mouse.</p>
        <Button icon="keys" onClick={() => berth.overlay('keys')}>
          Show all keys
        </Button>
      </section>
    </div>
  );
}
