/** Why there is no editor for a session. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { Live, Session } from '../domain/session.ts';
import { typable } from './attachable.ts';

/** An editor stands still with its session. */
export function awake(session: Session): Live {
  const live = typable(session);
  if (live.state === 'running') return live;
  throw new BerthError('SESSION_NOT_RUNNING', `session ${live.id} is suspended, and its editor with it`, {
    hint: `let it go on first: berth resume ${live.id}`,
  });
}

export function notInstalled(session: string): BerthError {
  const message = `cannot open an editor for ${session}: neither code-server nor openvscode-server is on its host`;
  return new BerthError('EDITOR_NOT_INSTALLED', message, { values: { session } });
}

export function editorFailed(of: { program: string; version: string }, why: string): BerthError {
  return new BerthError(
    'EDITOR_FAILED',
    `${of.program} ${of.version} did not start${why === '' ? '' : `: ${why}`}`,
  );
}

export function notThere(session: string, why: string | undefined): BerthError {
  return new BerthError('EDITOR_NOT_RUNNING', `session ${session} has no editor${why ? `: ${why}` : ''}`, {
    values: { session },
  });
}

/** It served before. */
export function silent(session: string, words: string): BerthError {
  const message = `the editor of ${session} does not answer${words && `; ${words}`}`;
  return new BerthError('EDITOR_FAILED', message, {
    hint: `end it, with what runs in it, and open it again: berth code ${session} --stop`,
  });
}
