/** Lines of the transcript by words. */
import { oneLine } from '@berth/shared/domain/text';
import { useDeferredValue, useState } from 'react';
import type { SessionKey } from '../../protocol.ts';
import { useCall } from '../model/hooks.ts';
import { Empty, Failure, Loading } from '../ui/states.tsx';

const MOST = 200;

export function OutputSearch({ sessionKey }: { sessionKey: SessionKey }) {
  const [typed, setTyped] = useState('');
  const text = useDeferredValue(typed.trim());
  const enabled = text.length >= 2;
  const found = useCall('search', { session: sessionKey, text, most: MOST }, { enabled });
  const { value, failure, again } = found;
  return (
    <>
      <input
        type="search"
        className="textbox"
        placeholder="Find in all it printed"
        aria-label="Find in all it printed"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {!enabled ? (
        <Empty
          icon="search"
          title="All it ever printed"
          text="Type two letters or more; the newest lines come first."
        />
      ) : failure ? (
        <Failure failure={failure} onAgain={again} />
      ) : value === null ? (
        <Loading lines={6} label="Searching" />
      ) : value.matches.length === 0 ? (
        <Empty icon="search" title="Nothing like that" text="No line of its output has this text." />
      ) : (
        <>
          <p className="quiet" role="status">
            {value.matches.length} {value.matches.length === 1 ? 'line' : 'lines'}
            {value.complete ? '' : ', the newest of more'}
          </p>
          <ol className="matches">
            {value.matches.map((match) => (
              <li key={match.line}>
                <span className="line-number">{match.line}</span>
                <code>
                  <Marked line={oneLine(match.text)} text={text} />
                </code>
              </li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

function Marked({ line, text }: { line: string; text: string }) {
  const at = line.toLowerCase().indexOf(text.toLowerCase());
  if (at < 0) return line;
  return (
    <>
      {line.slice(0, at)}
      <mark>{line.slice(at, at + text.length)}</mark>
      {line.slice(at + text.length)}
    </>
  );
}
