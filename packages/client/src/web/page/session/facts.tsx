/** What is known of a session: its history, its git, its slot. */
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine, safeText } from '@berth/shared/domain/text';
import type { ReactNode } from 'react';
import type { SessionPage, SessionRow } from '../../protocol.ts';
import { useNow } from '../model/hooks.ts';
import { timeWords } from '../state/words.ts';

export function Facts({ row, page }: { row: SessionRow; page: SessionPage }) {
  const now = useNow();
  const tags = Object.entries(row.tags);
  const { git, editor } = page;
  return (
    <>
      {row.prompt && (
        <section className="facts-prompt">
          <h2>Prompt</h2>
          <p dir="auto">{safeText(row.prompt)}</p>
        </section>
      )}
      <section>
        <h2>Session</h2>
        <dl className="facts">
          <Fact name="Id">{row.session_id}</Fact>
          <Fact name="Host">{oneLine(row.hostname)}</Fact>
          {row.preset && <Fact name="Preset">{oneLine(row.preset)}</Fact>}
          <Fact name="Slot">{formatMemory(row.memory_bytes)}</Fact>
          {row.memory_peak_bytes > 0 && <Fact name="Peak">{formatMemory(row.memory_peak_bytes)}</Fact>}
          <Fact name="Enforced">{row.enforcement === 'kernel' ? 'by the kernel' : 'advisory'}</Fact>
          <Fact name="Workspace">{oneLine(row.workspace)}</Fact>
          {row.exit_code !== null && <Fact name="Exit code">{row.exit_code}</Fact>}
          {tags.length > 0 && (
            <Fact name="Tags">
              {tags.map(([key, value]) => (
                <span key={key} className="chip">
                  {oneLine(`${key}=${value}`)}
                </span>
              ))}
            </Fact>
          )}
          {editor && <Fact name="VS Code">{oneLine(editor.detail) || editor.state}</Fact>}
        </dl>
      </section>
      {git && (
        <section>
          <h2>Git</h2>
          <dl className="facts">
            <Fact name="Branch">{oneLine(git.branch) || 'detached'}</Fact>
            <Fact name="Commit">{git.commit.slice(0, 12)}</Fact>
            <Fact name="Changed">
              {git.dirty_files === 0
                ? 'nothing'
                : `${git.dirty_files} ${git.dirty_files === 1 ? 'file' : 'files'}`}
            </Fact>
            {git.upstream && (
              <Fact name="Upstream">
                {oneLine(git.upstream)}
                {git.ahead !== null && `, ${git.ahead} ahead, ${git.behind ?? 0} behind`}
              </Fact>
            )}
          </dl>
        </section>
      )}
      {row.figures && (
        <section>
          <h2>Its tool</h2>
          <dl className="facts">
            <Fact name="Turns">{row.figures.turns}</Fact>
            <Fact name="Tokens">
              {row.figures.input_tokens.toLocaleString('en-GB')} in,{' '}
              {row.figures.output_tokens.toLocaleString('en-GB')} out
            </Fact>
          </dl>
        </section>
      )}
      <section>
        <h2>History</h2>
        <ol className="history">
          {page.history.map(({ state, at }) => (
            <li key={`${state}${at}`}>
              <span>{state}</span>
              <time dateTime={at}>{timeWords(at, now)}</time>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
