/** VS Code of the session, on an origin of its own in a frame. */
import { useState } from 'react';
import type { SessionKey } from '../../protocol.ts';
import { useCall } from '../model/hooks.ts';
import { Button } from '../ui/controls.tsx';
import { Empty } from '../ui/states.tsx';

export function EditorPane({ sessionKey, name }: { sessionKey: SessionKey; name: string }) {
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
    <div className="editor">
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
    </div>
  );
}
