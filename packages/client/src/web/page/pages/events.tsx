/** The log of all hosts, live. */
import { EVENT_KINDS } from '@berth/shared/domain/event';
import { oneLine } from '@berth/shared/domain/text';
import { useDeferredValue, useState } from 'react';
import type { EventRow } from '../../protocol.ts';
import { useBerth, useModel, useNow } from '../model/hooks.ts';
import { idOf, shownEvents } from '../state/event-log.ts';
import { eventWords } from '../state/event-words.ts';
import { timeWords } from '../state/words.ts';
import { Button } from '../ui/controls.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { PageHead } from './page-head.tsx';

const STEP = 200;

export function EventsPage() {
  const berth = useBerth();
  const events = useModel((model) => model.events);
  const hosts = useModel((model) => model.fleet.hosts);
  const past = useModel((model) => model.past);
  const [host, setHost] = useState('');
  const [kind, setKind] = useState('');
  const [words, setWords] = useState('');
  const [most, setMost] = useState(STEP);
  const wanted = useDeferredValue(words);
  const shown = shownEvents(events, { host, kind, words: wanted });
  return (
    <div className="page">
      <PageHead title="Events" note="What happened on all hosts, the newest first.">
        <search className="filters">
          <select
            className="textbox"
            aria-label="Host"
            value={host}
            onChange={(e) => setHost(e.target.value)}
          >
            <option value="">All hosts</option>
            {[...hosts.keys()].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <select
            className="textbox"
            aria-label="Kind"
            value={kind}
            onChange={(e) => setKind(e.target.value)}
          >
            <option value="">All kinds</option>
            {EVENT_KINDS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <input
            type="search"
            className="textbox"
            placeholder="Filter"
            aria-label="Filter events by words"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </search>
      </PageHead>
      {past.failures.map((failure) => (
        <Failure key={failure.message} failure={failure} onAgain={() => void berth.readPast()} />
      ))}
      {events.length === 0 && !past.read ? (
        past.failures.length === 0 && <Loading lines={10} label="Loading events" />
      ) : shown.length === 0 ? (
        <Empty
          icon="events"
          title={events.length === 0 ? 'Nothing happened yet' : 'No event fits'}
          text={
            events.length === 0
              ? 'What sessions and hosts tell comes here by itself.'
              : `Of ${events.length} events.`
          }
        />
      ) : (
        <>
          <ol className="events">
            {shown.slice(0, most).map((event) => (
              <EventItem key={idOf(event)} event={event} />
            ))}
          </ol>
          {shown.length > most && <Button onClick={() => setMost(most + STEP)}>Show older events</Button>}
        </>
      )}
    </div>
  );
}

function EventItem({ event }: { event: EventRow }) {
  const berth = useBerth();
  const day = useModelDay();
  const key = `${event.host}:${event.session_id}`;
  return (
    <li>
      <time dateTime={event.at}>{timeWords(event.at, day)}</time>
      <span className={`kind ${event.kind}`}>{event.kind}</span>
      <span className="event-host">{oneLine(event.host)}</span>
      {event.session_id === '' ? (
        <span className="event-session">—</span>
      ) : (
        <button type="button" className="event-session" onClick={() => berth.open(key)}>
          {oneLine(event.session || event.session_id)}
        </button>
      )}
      <span className="event-words">{eventWords(event)}</span>
    </li>
  );
}

/** The time, no finer than a minute: what is of today changes no faster. */
function useModelDay(): number {
  return Math.floor(useNow() / 60_000) * 60_000;
}
