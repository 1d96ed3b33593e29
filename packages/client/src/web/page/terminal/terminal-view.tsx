/** Where a terminal is drawn, what stands over it while it is not live, and the search in it. */
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { SessionKey } from '../../protocol.ts';
import type { TerminalState } from '../connection/terminal-link.ts';
import { useBerth, useModel } from '../model/hooks.ts';
import { runShortcut } from '../shell/shortcuts.ts';
import { Button, IconButton } from '../ui/controls.tsx';
import { Icon } from '../ui/icon.tsx';
import { LiveTerminal } from './live-terminal.ts';
import { DARK, LIGHT } from './theme.ts';
import { useDark } from './use-dark.ts';

const WRITING = 'input, select, textarea:not(.xterm-helper-textarea)';

export function TerminalView({ sessionKey, shown }: { sessionKey: SessionKey; shown: boolean }) {
  const berth = useBerth();
  const readOut = useModel((model) => model.layout.readOut);
  const dark = useDark();
  const place = useRef<HTMLDivElement>(null);
  const live = useRef<LiveTerminal | null>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const colours = useRef(dark ? DARK : LIGHT);
  colours.current = dark ? DARK : LIGHT;
  const [state, setState] = useState<TerminalState>({ kind: 'opening' });
  const [broken, setBroken] = useState(false);
  const [searching, setSearching] = useState(false);

  useEffect(() => {
    let gone = false;
    const open = async () => {
      const { openScreen } = await berth.terminals.load();
      if (gone || !place.current) return;
      live.current = new LiveTerminal({
        key: sessionKey,
        parent: place.current,
        colours: colours.current,
        terminals: berth.terminals,
        open: openScreen,
        shortcut: (event) => {
          if (event.ctrlKey && event.shiftKey && event.code === 'KeyF') {
            setSearching(true);
            searchField.current?.focus();
            event.preventDefault();
            return true;
          }
          return runShortcut(berth, event, true);
        },
        changed: setState,
        lost: (bytes) =>
          berth.toast({
            tone: 'bad',
            text: `${bytes} typed ${bytes === 1 ? 'byte' : 'bytes'} may not have arrived`,
            hint: 'look at the screen before you type them again',
            session: null,
          }),
      });
      live.current.readOut(berth.store.get().layout.readOut);
      // Who writes elsewhere by now goes on there: the rest of it is not for the session.
      if (!document.activeElement?.matches(WRITING)) live.current.focus();
    };
    open().catch(() => setBroken(true));
    return () => {
      gone = true;
      live.current?.dispose();
      live.current = null;
      // It was closed meanwhile: nobody is shown its screen again.
      if (!berth.store.get().layout.open.includes(sessionKey)) berth.terminals.forget(sessionKey);
    };
  }, [berth, sessionKey]);

  useEffect(() => live.current?.colour(dark ? DARK : LIGHT), [dark]);
  useEffect(() => live.current?.readOut(readOut), [readOut]);
  useEffect(() => {
    if (shown) live.current?.focus();
  }, [shown]);

  return (
    <div className="terminal">
      <div className="terminal-screen" ref={place} />
      {searching && (
        <TerminalSearch
          field={searchField}
          onFind={(text, back) => {
            const search = live.current?.screen.search;
            if (back) search?.findPrevious(text);
            else search?.findNext(text);
          }}
          onClose={() => {
            setSearching(false);
            live.current?.focus();
          }}
        />
      )}
      <TerminalNote state={state} broken={broken} onAgain={() => live.current?.again()} />
    </div>
  );
}

interface NoteProps {
  readonly state: TerminalState;
  readonly broken: boolean;
  readonly onAgain: () => void;
}

function TerminalNote({ state, broken, onAgain }: NoteProps) {
  if (broken) {
    return (
      <p className="terminal-note bad" role="alert">
        <Icon name="warning" /> The terminal could not be loaded: Berth may have been updated.
        <Button small onClick={() => location.reload()}>
          Load the page again
        </Button>
      </p>
    );
  }
  if (state.kind === 'open') return null;
  if (state.kind === 'opening') {
    return (
      <p className="terminal-note" role="status">
        <span className="spinner" aria-hidden="true" /> Attaching…
      </p>
    );
  }
  if (state.kind === 'reconnecting') {
    return (
      <p className="terminal-note warm" role="status">
        <span className="spinner" aria-hidden="true" /> Reconnecting: {state.why}. What you type is kept.
      </p>
    );
  }
  if (state.kind === 'failed') {
    return (
      <p className="terminal-note bad" role="alert">
        <Icon name="warning" />
        <span>
          {state.message}
          {state.hint && <small> ({state.hint})</small>}
        </span>
        <Button small onClick={onAgain}>
          Try again
        </Button>
      </p>
    );
  }
  return (
    <p className="terminal-note" role="status">
      {state.reason === 'session-ended' ? 'The session has ended.' : 'Detached.'}
      {state.reason === 'detached' && (
        <Button small onClick={onAgain}>
          Attach again
        </Button>
      )}
    </p>
  );
}

interface SearchProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly onFind: (text: string, back: boolean) => void;
  readonly onClose: () => void;
}

function TerminalSearch({ field, onFind, onClose }: SearchProps) {
  useEffect(() => field.current?.focus(), [field]);
  const find = (back: boolean) => {
    const text = field.current?.value ?? '';
    if (text) onFind(text, back);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find(false);
  };
  return (
    <form className="terminal-search" onSubmit={submit}>
      <input
        ref={field}
        className="textbox"
        aria-label="Find on the screen"
        placeholder="Find on the screen"
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          if (event.key === 'Enter' && event.shiftKey) {
            event.preventDefault();
            find(true);
          }
        }}
      />
      <IconButton label="Find before" icon="left" onClick={() => find(true)} />
      <IconButton label="Find next" icon="right" onClick={() => find(false)} />
      <IconButton label="Close the search" icon="close" onClick={onClose} />
    </form>
  );
}
