/** VS Code of the session, on an origin of its own in a frame. */
import { useState } from 'react';
import type { SessionKey, SessionPage } from '../../protocol.ts';
import { useCall } from '../model/hooks.ts';
import { Button } from '../ui/controls.tsx';
import { Empty } from '../ui/states.tsx';

interface EditorProps {
  readonly sessionKey: SessionKey;
  readonly name: string;
}

interface PaneProps extends EditorProps {
  /** As it was told last; undefined: nothing was. */
  readonly state: NonNullable<SessionPage['editor']>['state'] | undefined;
}

/** What was stopped meanwhile would stand there as it was, and answer nobody. */
export function EditorPane({ state, ...editor }: PaneProps) {
  const [round, setRound] = useState(0);
  const [ran, setRan] = useState(false);
  if (state === 'ready' && !ran) setRan(true);
  const again = () => {
    setRan(false);
    setRound(round + 1);
  };
  return (
    <div className="editor">
      <EditorFrame key={round} {...editor} />
      {ran && state === 'stopped' && (
        <div className="editor-wait">
          <Empty icon="code" title="VS Code was stopped" text="What was not saved comes back with it.">
            <Button icon="play" onClick={again}>
              Start it again
            </Button>
          </Empty>
        </div>
      )}
    </div>
  );
}

function EditorFrame({ sessionKey, name }: EditorProps) {
  const [loaded, setLoaded] = useState('');
  const { value, failure, again } = useCall('openEditor', { session: sessionKey });
  if (failure) {
    return (
      <Empty
        icon="code"
        title="VS Code did not open"
        text={[failure.message, failure.hint].filter(Boolean).join(': ')}
      >
        <Button icon="refresh" onClick={again}>
          Try again
        </Button>
      </Empty>
    );
  }
  return (
    <>
      {value && (
        <iframe
          title={`VS Code of ${name}`}
          src={value.url}
          allow="clipboard-read; clipboard-write"
          onLoad={() => setLoaded(value.url)}
        />
      )}
      {(!value || loaded !== value.url) && (
        <div className="editor-wait" role="status">
          <span className="spinner" aria-hidden="true" />
          {value ? 'Loading VS Code…' : 'Starting VS Code on the host…'}
        </div>
      )}
    </>
  );
}
