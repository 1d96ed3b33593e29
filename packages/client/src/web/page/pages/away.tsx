/** In place of all pages while nothing is known: Berth does not run, or does not know this page. */
import { useBerth } from '../model/hooks.ts';
import { Button } from '../ui/controls.tsx';
import { Empty } from '../ui/states.tsx';
import { PageHead } from './page-head.tsx';

export function AwayPage({ denied }: { denied: boolean }) {
  const berth = useBerth();
  return (
    <div className="page">
      <PageHead title="Berth" />
      {denied ? (
        <Empty
          icon="keys"
          title="This page is not signed in"
          text="Berth was started again since this page was opened, or the link was used already. Run this in a terminal and open the link that it prints:"
        >
          <code className="command">berth ui</code>
        </Empty>
      ) : (
        <Empty
          icon="warning"
          title="Berth is not running"
          text="Nothing answers at this address. Your sessions go on. Run this in a terminal and open the link that it prints:"
        >
          <code className="command">berth ui</code>
          <Button icon="refresh" onClick={() => berth.reconnect()}>
            Try now
          </Button>
        </Empty>
      )}
    </div>
  );
}
