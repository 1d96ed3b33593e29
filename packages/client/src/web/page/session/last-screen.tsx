/** What a session that has ended printed last, as text. */
import { oneLine, safeText } from '@berth/shared/domain/text';
import type { SessionKey, SessionRow } from '../../protocol.ts';
import { useCall } from '../model/hooks.ts';
import { stateWords } from '../state/words.ts';
import { Empty, Failure, Loading } from '../ui/states.tsx';

const LINES = 500;

export function LastScreen({ sessionKey, row }: { sessionKey: SessionKey; row: SessionRow }) {
  const { value, failure, again } = useCall('screen', { session: sessionKey, lines: LINES });
  const [state, detail] = [stateWords(row), oneLine(row.detail)];
  const said = state.toLowerCase().includes(detail.toLowerCase());
  const text = value ? safeText(value.lines.join('\n')).trimEnd() : '';
  return (
    <div className="last-screen">
      <p className="last-note">
        <strong>{state}.</strong> {said ? 'These are its last lines.' : detail}
      </p>
      {failure ? (
        <Failure failure={failure} onAgain={again} />
      ) : value === null ? (
        <Loading lines={8} label="Loading the last lines" />
      ) : text === '' ? (
        <Empty icon="terminal" title="It printed nothing" />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section className="last-lines" tabIndex={0} aria-label="Its last lines">
          <pre>{text}</pre>
        </section>
      )}
    </div>
  );
}
