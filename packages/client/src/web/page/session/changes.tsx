/** What the session changed in its workspace: coloured lines, each a text and nothing more. */
import { useMemo } from 'react';
import type { SessionKey } from '../../protocol.ts';
import { useCall } from '../model/hooks.ts';
import { type DiffFile, diffFiles } from '../state/diff-lines.ts';
import { Button } from '../ui/controls.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';

/** Lines drawn of one file: nobody reads more in a drawer. */
const MOST_LINES = 1500;
const OPEN_FILES = 12;

export function Changes({ sessionKey }: { sessionKey: SessionKey }) {
  const { value, failure, loading, again } = useCall('diff', { session: sessionKey });
  const files = useMemo(() => diffFiles(value?.text ?? ''), [value]);
  if (failure) return <Failure failure={failure} onAgain={again} />;
  if (value === null) return <Loading lines={8} label="Loading the changes" />;
  if (files.length === 0) {
    return <Empty icon="file" title="Nothing changed" text="Its workspace is as the session found it." />;
  }
  const [added, removed] = [sum(files, 'added'), sum(files, 'removed')];
  return (
    <>
      <header className="changes-head">
        <span>
          {files.length} {files.length === 1 ? 'file' : 'files'}
        </span>
        <span className="plus">+{added}</span>
        <span className="minus">−{removed}</span>
        {!value.complete && <span className="quiet">the first part of more</span>}
        <Button small kind="quiet" icon="refresh" onClick={again} busy={loading}>
          Refresh
        </Button>
      </header>
      {files.map((file, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a path may stand there twice, as where a file became a link
        <File key={`${index} ${file.path}`} file={file} open={index < OPEN_FILES} />
      ))}
    </>
  );
}

function File({ file, open }: { file: DiffFile; open: boolean }) {
  const shown = file.lines.slice(0, MOST_LINES);
  return (
    <details className="diff" open={open}>
      <summary>
        <span className="diff-path">{file.path}</span>
        <span className="plus">+{file.added}</span>
        <span className="minus">−{file.removed}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="diff-lines" tabIndex={0} aria-label={`Changes of ${file.path}`}>
        <div>
          {shown.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name and never move
            <div key={index} className={`diff-line ${line.kind}`}>
              <span className="line-number">{line.before ?? ''}</span>
              <span className="line-number">{line.after ?? ''}</span>
              <span className="diff-sign">
                {line.kind === 'added' ? '+' : line.kind === 'removed' ? '−' : ''}
              </span>
              <code>{line.text}</code>
            </div>
          ))}
        </div>
      </section>
      {shown.length < file.lines.length && (
        <p className="quiet">{file.lines.length - shown.length} more lines: see berth diff</p>
      )}
    </details>
  );
}

function sum(files: readonly DiffFile[], what: 'added' | 'removed'): number {
  return files.reduce((total, file) => total + file[what], 0);
}
