/** Who needs a person, with what shows it; then all that runs. */

import { safeText } from '@berth/shared/domain/text';
import type { SessionKey, SessionRow } from '../../protocol.ts';
import { useBerth, useCall, useModel, useNow } from '../model/hooks.ts';
import { AttentionStrip } from '../session/session-header.tsx';
import { asking, type KeyedSession, sessionGroups, titleOf } from '../state/session-order.ts';
import { unheard } from '../state/unheard.ts';
import { ageWords, agoWords, promptLine, staleSince, stateWords } from '../state/words.ts';
import { Button } from '../ui/controls.tsx';
import { MemoryMeter, StateBadge, StateDot } from '../ui/marks.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { PageHead } from './page-head.tsx';

const PREVIEW_LINES = 8;
const PREVIEW_EVERY_MS = 10_000;
/** Screens asked for at once: beyond them the line that asks says enough. */
const MOST_PREVIEWS = 6;

export function HomePage() {
  const berth = useBerth();
  const fleet = useModel((model) => model.fleet);
  const filter = useModel((model) => model.filter);
  const now = useNow();
  const groups = sessionGroups(fleet.sessions, filter, now);
  const rest = [...groups.live, ...groups.ended];

  const missing = unheard(fleet.hosts.values());
  if (fleet.epoch === null || (fleet.sessions.size === 0 && missing === 'reaching')) {
    return (
      <div className="page">
        <PageHead title="Overview" />
        <Loading lines={9} label="Loading sessions" />
      </div>
    );
  }
  if (fleet.sessions.size === 0 && (missing === 'some' || missing === 'all')) {
    return (
      <div className="page">
        <PageHead title="Overview" />
        <Empty
          icon="warning"
          title={missing === 'all' ? 'No host answers' : 'Nothing runs on the hosts that answer'}
          text="What runs on the others shows here once they do."
        >
          <Button icon="pool" onClick={() => berth.go({ page: 'pool' })}>
            See why
          </Button>
        </Empty>
      </div>
    );
  }
  if (fleet.sessions.size === 0) {
    return (
      <div className="page">
        <PageHead title="Overview" />
        <Empty
          icon="terminal"
          title={fleet.hosts.size === 0 ? 'No host yet' : 'Nothing runs'}
          text={
            fleet.hosts.size === 0
              ? 'Add one with “berth host add”, and it shows here.'
              : 'Sessions go on when you close this page, your terminal, or your laptop.'
          }
        >
          {fleet.hosts.size > 0 && (
            <Button kind="primary" icon="plus" onClick={() => berth.go({ page: 'start' })}>
              Start a session
            </Button>
          )}
        </Empty>
      </div>
    );
  }
  const asks = groups.asking.length;
  return (
    <div className="page">
      <PageHead
        title="Overview"
        note={`${fleet.sessions.size} ${fleet.sessions.size === 1 ? 'session' : 'sessions'} on ${fleet.hosts.size} ${fleet.hosts.size === 1 ? 'host' : 'hosts'}${filter ? `, filtered by “${filter}”` : ''}`}
      >
        <Button kind="primary" icon="plus" onClick={() => berth.go({ page: 'start' })}>
          Start a session
        </Button>
      </PageHead>
      <section aria-label="Sessions that need you">
        <h2 className="section-head">{asks === 0 ? 'Nobody needs you' : `${asks} need you`}</h2>
        {asks === 0 && (
          <p className="quiet">Sessions that ask for permission or input, fail or finish come here.</p>
        )}
        <div className="asks-grid">
          {groups.asking.map(([key, row], index) => (
            <AskCard key={key} sessionKey={key} row={row} now={now} preview={index < MOST_PREVIEWS} />
          ))}
        </div>
      </section>
      {rest.length > 0 && (
        <section aria-label="Other sessions">
          <h2 className="section-head">All others</h2>
          <ul className="rows">
            {rest.map((entry) => (
              <RestRow key={entry[0]} entry={entry} now={now} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

interface CardProps {
  readonly sessionKey: SessionKey;
  readonly row: SessionRow;
  readonly now: number;
  readonly preview: boolean;
}

function AskCard({ sessionKey, row, now, preview }: CardProps) {
  const berth = useBerth();
  const attention = asking(row, now);
  const host = useModel((model) => model.fleet.hosts.get(row.vm_name));
  const stale = staleSince(row, host);
  const screen = useCall(
    'screen',
    { session: sessionKey, lines: PREVIEW_LINES },
    { everyMs: PREVIEW_EVERY_MS, enabled: preview },
  );
  const text = safeText((screen.value?.lines ?? []).join('\n')).trimEnd();
  if (!attention) return null;
  return (
    <article className="ask-card" aria-label={titleOf(row)}>
      <header>
        <StateDot row={row} now={now} />
        <h3 dir="auto">{titleOf(row)}</h3>
        <span className="quiet">{row.vm_name}</span>
        {stale && <span className="badge stale">as of {agoWords(stale, now)}</span>}
        <Button small kind="primary" onClick={() => berth.open(sessionKey)}>
          Open
        </Button>
      </header>
      <AttentionStrip sessionKey={sessionKey} attention={attention} now={now} />
      {preview && (
        <pre className="preview">
          {screen.failure
            ? 'Its screen cannot be read now.'
            : text || (screen.loading ? ' ' : 'It shows nothing.')}
        </pre>
      )}
    </article>
  );
}

function RestRow({ entry: [key, row], now }: { entry: KeyedSession; now: number }) {
  const berth = useBerth();
  const host = useModel((model) => model.fleet.hosts.get(row.vm_name));
  const stale = staleSince(row, host);
  return (
    <li>
      <button type="button" className={`row${stale ? ' stale' : ''}`} onClick={() => berth.open(key)}>
        <StateDot row={row} now={now} />
        <span className="row-name" dir="auto">
          {titleOf(row)}
        </span>
        <span className="row-host">{row.vm_name}</span>
        <span className="row-prompt" dir="auto">
          {promptLine(row) || stateWords(row)}
        </span>
        <span className="row-memory">
          <MemoryMeter row={row} />
        </span>
        {stale ? <span className="badge stale">as of {agoWords(stale, now)}</span> : <StateBadge row={row} />}
        <span className="row-age">{ageWords(row, now)}</span>
      </button>
    </li>
  );
}
