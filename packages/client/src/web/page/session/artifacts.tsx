/** Files that a session hands over: looked at here, or kept. */
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine, safeText } from '@berth/shared/domain/text';
import { useEffect, useState } from 'react';
import type { SessionKey, SessionPage } from '../../protocol.ts';
import { asFailure, type CallFailure } from '../connection/call.ts';
import { useBerth, useCall, useNow } from '../model/hooks.ts';
import { artifactKind } from '../state/artifact-kind.ts';
import { agoWords } from '../state/words.ts';
import { Button, IconButton } from '../ui/controls.tsx';
import { Icon } from '../ui/icon.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';

type Artifact = SessionPage['artifacts'][number];

/** Longer texts are for an editor. */
const MOST_TEXT = 256 * 1024;

export function Artifacts({
  sessionKey,
  artifacts,
}: {
  sessionKey: SessionKey;
  artifacts: readonly Artifact[];
}) {
  const now = useNow();
  const [path, setPath] = useState<string | null>(null);
  const chosen = artifacts.find((artifact) => artifact.path === path);
  if (chosen) return <Look sessionKey={sessionKey} artifact={chosen} onBack={() => setPath(null)} />;
  if (artifacts.length === 0) {
    return (
      <Empty
        icon="file"
        title="No files yet"
        text="What the session puts into $BERTH_OUTPUT_DIR shows here."
      />
    );
  }
  return (
    <ul className="artifacts">
      {artifacts.map((artifact) => (
        <li key={artifact.path}>
          <button type="button" onClick={() => setPath(artifact.path)}>
            <Icon name={artifactKind(artifact.path) === 'image' ? 'image' : 'file'} />
            <span className="artifact-path">{oneLine(artifact.path)}</span>
            <small>
              {formatMemory(artifact.bytes)} · {agoWords(artifact.modified_at, now)}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface LookProps {
  readonly sessionKey: SessionKey;
  readonly artifact: Artifact;
  readonly onBack: () => void;
}

function Look({ sessionKey, artifact, onBack }: LookProps) {
  const berth = useBerth();
  const kind = artifactKind(artifact.path);
  const [looked, setLooked] = useState(artifact.modified_at);
  const keep = async () => {
    const answer = await berth.try('openArtifact', { session: sessionKey, path: artifact.path, how: 'keep' });
    if (!answer) return;
    const link = document.createElement('a');
    link.href = answer.url;
    link.download = artifact.path.split('/').at(-1) ?? 'artifact';
    link.click();
  };
  return (
    <div className="look">
      <header>
        <IconButton label="Back to all files" icon="left" onClick={onBack} />
        <h2 title={artifact.path}>{oneLine(artifact.path)}</h2>
        <Button small icon="download" onClick={() => void keep()}>
          Download
        </Button>
      </header>
      {looked !== artifact.modified_at && kind !== 'other' && (
        <p className="look-changed" role="status">
          It has changed since.
          <Button small icon="refresh" onClick={() => setLooked(artifact.modified_at)}>
            Show it as it is now
          </Button>
        </p>
      )}
      {kind === 'other' ? (
        <Empty
          icon="file"
          title="No look at this kind of file"
          text={`${formatMemory(artifact.bytes)}; download it to open it.`}
        />
      ) : (
        <Shown key={looked} sessionKey={sessionKey} artifact={artifact} kind={kind} />
      )}
    </div>
  );
}

interface ShownProps {
  readonly sessionKey: SessionKey;
  readonly artifact: Artifact;
  readonly kind: 'text' | 'image' | 'page';
}

function Shown({ sessionKey, artifact, kind }: ShownProps) {
  const how = kind === 'page' ? 'page' : 'look';
  const { value, failure, again } = useCall('openArtifact', {
    session: sessionKey,
    path: artifact.path,
    how,
  });
  if (failure) return <Failure failure={failure} onAgain={again} />;
  if (!value) return <Loading lines={6} />;
  if (kind === 'image') return <ImageLook url={value.url} path={oneLine(artifact.path)} />;
  // Its scripts do not run, it reaches neither this page nor the network.
  if (kind === 'page')
    return <iframe className="look-page" title={oneLine(artifact.path)} sandbox="" src={value.url} />;
  return <TextLook url={value.url} />;
}

function ImageLook({ url, path }: { url: string; path: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) return <Empty icon="file" title="This is no picture that a browser can show" text={path} />;
  return <img className="look-image" src={url} alt={path} onError={() => setBroken(true)} />;
}

function TextLook({ url }: { url: string }) {
  const [text, setText] = useState<string | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    fetch(url, { signal: abort.signal })
      .then(async (response) => {
        if (!response.ok) throw new Error(`Berth answered ${response.status}`);
        setText((await response.text()).slice(0, MOST_TEXT));
      })
      .catch((error: unknown) => abort.signal.aborted || setFailure(asFailure(error)));
    return () => abort.abort();
  }, [url]);
  if (failure) return <Failure failure={failure} />;
  if (text === null) return <Loading lines={8} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="look-text" tabIndex={0} aria-label="Text of the file">
      <pre>{safeText(text)}</pre>
    </section>
  );
}
