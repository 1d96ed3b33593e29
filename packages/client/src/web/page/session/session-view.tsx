/** One session: what it is and wants, its terminal, its editor, and its details. */
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import { useState } from 'react';
import type { HostRow, SessionKey } from '../../protocol.ts';
import { useBerth, useCall, useModel } from '../model/hooks.ts';
import { splitOf } from '../state/layout.ts';
import { wordsOfKey } from '../state/session-order.ts';
import { TerminalView } from '../terminal/terminal-view.tsx';
import { Button } from '../ui/controls.tsx';
import { SplitPane } from '../ui/split-pane.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { Details } from './details.tsx';
import { EditorPane } from './editor-pane.tsx';
import { LastScreen } from './last-screen.tsx';
import { SessionHeader } from './session-header.tsx';

/** Ports, editor and git change without an event: they are asked for while somebody looks. */
const ASK_EVERY_MS = 4000;

export function SessionView({ sessionKey, shown }: { sessionKey: SessionKey; shown: boolean }) {
  const berth = useBerth();
  const row = useModel((model) => model.fleet.sessions.get(sessionKey));
  const known = useModel((model) => model.fleet.epoch !== null && model.expected !== sessionKey);
  const host = useModel((model) => model.fleet.hosts.get(wordsOfKey(sessionKey).host));
  const split = useModel((model) => splitOf(model.layout, sessionKey));
  const details = useModel((model) => model.layout.details);
  const live = useModel((model) => model.link.state === 'live');
  const enabled = shown && live && row !== undefined;
  const page = useCall('show', { session: sessionKey }, { everyMs: ASK_EVERY_MS, enabled });
  const [editorWanted, setEditorWanted] = useState(split.view !== 'terminal');
  if (split.view !== 'terminal' && !editorWanted) setEditorWanted(true);

  if (!row) {
    return (
      <section className="session" hidden={!shown} aria-label="Session">
        {known && host?.link !== 'connecting' ? (
          <Gone sessionKey={sessionKey} host={host} />
        ) : (
          <div className="pad">
            <Loading lines={6} label="Loading the session" />
          </div>
        )}
      </section>
    );
  }
  const ended = isFinal(row.state);
  const pending = row.status === 'pending';
  return (
    <section className="session" hidden={!shown} aria-label={`Session ${row.session}`}>
      <SessionHeader sessionKey={sessionKey} row={row} host={host} page={page.value} split={split} />
      <div className="session-body">
        <SplitPane
          show={ended || split.view === 'terminal' ? 'first' : split.view === 'editor' ? 'second' : 'both'}
          ratio={split.ratio}
          onRatio={(ratio) => berth.split(sessionKey, { ratio })}
          first={
            ended ? (
              <LastScreen sessionKey={sessionKey} row={row} />
            ) : pending ? (
              <Pending queued={row.state === 'queued'} place={row.queue_place} />
            ) : (
              <TerminalView sessionKey={sessionKey} shown={shown && split.view !== 'editor'} />
            )
          }
          second={
            editorWanted &&
            !ended && (
              <EditorPane sessionKey={sessionKey} name={row.session} state={page.value?.editor?.state} />
            )
          }
        />
        {details && shown && (
          <Details
            sessionKey={sessionKey}
            row={row}
            page={page}
            onClose={() => berth.arrange({ details: false })}
          />
        )}
      </div>
    </section>
  );
}

function Gone({ sessionKey, host: row }: { sessionKey: SessionKey; host: HostRow | undefined }) {
  const berth = useBerth();
  const { host, session } = wordsOfKey(sessionKey);
  if (row && row.link !== 'connected') {
    const why = row.error === null ? '' : `${oneLine(row.error)}. `;
    return (
      <Empty
        icon="warning"
        title={`${host} does not answer`}
        text={`${why}What became of ${session} shows here once it does.`}
      />
    );
  }
  return (
    <Empty
      icon="terminal"
      title="This session is not listed any more"
      text={`${session} on ${host} was removed, ended more than a day ago, or its host is no longer known.`}
    >
      <Button icon="close" onClick={() => berth.closeTab(sessionKey)}>
        Close the tab
      </Button>
    </Empty>
  );
}

function Pending({ queued, place }: { queued: boolean; place: number | null }) {
  return (
    <Empty
      icon="clock"
      title={queued ? 'Waiting in line for a slot' : 'Starting'}
      text={
        queued
          ? `${place === null ? 'It' : `Place ${place}. It`} starts by itself as soon as there is room. You need not wait here.`
          : 'The terminal opens here in a moment.'
      }
    />
  );
}
