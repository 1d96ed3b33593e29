/** Tells people who hear the page what others see: the connection, and who asks. */
import { useModel, useNow } from '../model/hooks.ts';
import { askingCount } from '../state/session-order.ts';

const LINK: Readonly<Record<string, string>> = {
  lost: 'The connection to Berth is lost. What is shown may be old.',
  denied: 'Berth does not know this page. Run berth ui and open the link that it prints.',
};

export function Announcer() {
  const state = useModel((model) => model.link.state);
  const sessions = useModel((model) => model.fleet.sessions);
  const count = askingCount(sessions, useNow());
  const link = LINK[state] ?? '';
  const asks = count === 0 ? '' : `${count} ${count === 1 ? 'session needs' : 'sessions need'} you.`;
  return (
    <div className="unseen" aria-live="polite">
      {link} {asks}
    </div>
  );
}
