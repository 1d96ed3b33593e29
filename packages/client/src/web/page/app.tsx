/** The frame of the page: sessions at the side, tabs above, one of them or another page in the middle. */
import { type MouseEvent, useEffect } from 'react';
import { useBerth, useModel } from './model/hooks.ts';
import { AwayPage } from './pages/away.tsx';
import { EventsPage } from './pages/events.tsx';
import { HomePage } from './pages/home.tsx';
import { PoolPage } from './pages/pool.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { StartPage } from './pages/start.tsx';
import { SessionDeck } from './session/deck.tsx';
import { Announcer } from './shell/announcer.tsx';
import { KeysHelp } from './shell/keys-help.tsx';
import { Palette } from './shell/palette.tsx';
import { Sidebar } from './shell/sidebar.tsx';
import { StatusBar } from './shell/status-bar.tsx';
import { TabStrip } from './shell/tab-strip.tsx';
import { Toasts } from './shell/toasts.tsx';
import { usePageTitle } from './shell/use-page-title.ts';
import { useShortcuts } from './shell/use-shortcuts.ts';
import { focusContent } from './ui/focus-left.ts';

const OTHER_PAGES = {
  home: HomePage,
  start: StartPage,
  pool: PoolPage,
  events: EventsPage,
  settings: SettingsPage,
};

export function App() {
  const berth = useBerth();
  const route = useModel((model) => model.route);
  const overlay = useModel((model) => model.overlay);
  const link = useModel((model) => model.link.state);
  const known = useModel((model) => model.fleet.epoch !== null);
  const theme = useModel((model) => model.layout.theme);
  const restored = useModel((model) => model.restored);
  const sidebar = useModel((model) => model.layout.sidebar);
  const menu = useModel((model) => model.menu);
  useShortcuts();
  usePageTitle();

  useEffect(() => {
    if (!restored) return;
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
    localStorage.setItem('berth-theme', theme);
  }, [theme, restored]);

  const away = !known && (link === 'lost' || link === 'denied');
  const Page = route.page === 'session' ? null : OTHER_PAGES[route.page];
  return (
    <div className={`app${sidebar ? '' : ' no-sidebar'}${menu ? ' menu-open' : ''}`}>
      {/* biome-ignore lint/a11y/useValidAnchor: a link to a part of the page, whose address names another thing */}
      <a className="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <Sidebar />
      {menu && (
        <button
          type="button"
          className="scrim"
          aria-label="Close the list of sessions"
          onClick={() => berth.store.set({ menu: false })}
        />
      )}
      <div className="main">
        <TabStrip />
        <main id="content" tabIndex={-1}>
          {away ? (
            <AwayPage denied={link === 'denied'} />
          ) : (
            <>
              <SessionDeck />
              {Page && <Page />}
            </>
          )}
        </main>
      </div>
      <StatusBar />
      <Toasts />
      <Announcer />
      {overlay === 'palette' && <Palette />}
      {overlay === 'keys' && <KeysHelp />}
    </div>
  );
}

/** The fragment of the address names pages: to follow it would lead to another one. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  focusContent();
}
