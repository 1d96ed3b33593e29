/** What can be done with a session beyond looking at it. */
import { nameProblem, oneLine } from '@berth/shared/domain/text';
import { useState } from 'react';
import type { SessionKey, SessionRow, UiCalls } from '../../protocol.ts';
import { asFailure, type CallFailure, call } from '../connection/call.ts';
import { useBerth } from '../model/hooks.ts';
import { titleOf } from '../state/session-order.ts';
import { Question } from '../ui/dialog.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';

type Asked = 'kill' | 'rename' | 'tag' | null;

interface ActionsProps {
  readonly sessionKey: SessionKey;
  readonly row: SessionRow;
  readonly ssh: string;
}

export function SessionActions({ sessionKey, row, ssh }: ActionsProps) {
  const berth = useBerth();
  const [asked, setAsked] = useState<Asked>(null);
  const session = { session: sessionKey };
  const alive = row.ended_at === null;

  const entries: MenuEntry[] = [
    { label: 'Rename…', icon: 'pencil', run: () => setAsked('rename') },
    { label: 'Tags…', icon: 'tag', run: () => setAsked('tag') },
    {
      label: 'Copy the id',
      icon: 'copy',
      run: () => void copy(row.session_id),
    },
  ];
  const copy = async (text: string) => {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    // It may be refused: then it can be copied by hand.
    const said = copied ? ({ tone: 'good', text: 'Copied' } as const) : NOT_COPIED;
    berth.toast({ ...said, hint: oneLine(text), session: null });
  };
  if (ssh) entries.push({ label: 'Copy the ssh command', icon: 'copy', run: () => void copy(ssh) });
  if (alive && row.status === 'running') {
    entries.push({
      label: 'Suspend',
      icon: 'pause',
      run: () => void berth.try('suspend', session, 'Suspended'),
    });
  }
  if (row.status === 'suspended') {
    entries.push({ label: 'Resume', icon: 'play', run: () => void berth.try('resume', session, 'Resumed') });
  }
  if (alive) {
    entries.push({ label: 'Stop VS Code', icon: 'code', run: () => void berth.try('stopEditor', session) });
    entries.push({ label: 'Kill…', icon: 'stop', danger: true, run: () => setAsked('kill') });
  }
  entries.push({ label: 'Close the tab', icon: 'close', run: () => berth.closeTab(sessionKey) });

  const close = () => setAsked(null);
  return (
    <>
      <Menu label="More" icon="more" entries={entries} />
      {asked === 'kill' && (
        <Question
          title={`Kill ${titleOf(row)}?`}
          text={`Its processes on ${row.vm_name} are ended. Its output and workspace stay.`}
          answer="Kill the session"
          danger
          onClose={close}
          onAnswer={() => {
            close();
            void berth.try('kill', session, `${titleOf(row)} is being ended`);
          }}
        />
      )}
      {asked === 'rename' && <Rename sessionKey={sessionKey} row={row} onClose={close} />}
      {asked === 'tag' && <Tags sessionKey={sessionKey} row={row} onClose={close} />}
    </>
  );
}

interface FormProps {
  readonly sessionKey: SessionKey;
  readonly row: SessionRow;
  readonly onClose: () => void;
}

/** Closes the form once what it asked for is done; else it says in the form why not, and what was typed stays. */
function useSaving(onClose: () => void) {
  const berth = useBerth();
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const save = async <M extends keyof UiCalls>(method: M, params: UiCalls[M]['params'], done: string) => {
    setFailure(null);
    try {
      await call(method, params);
      berth.toast({ tone: 'good', text: done, hint: '', session: null });
      onClose();
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  return { failure, save };
}

const NOT_COPIED = { tone: 'bad', text: 'The browser lets nobody copy' } as const;

function Rename({ sessionKey, row, onClose }: FormProps) {
  const { failure, save } = useSaving(onClose);
  const [name, setName] = useState(row.name);
  const problem = name === '' ? null : nameProblem(name);
  return (
    <Question
      title={`Rename ${titleOf(row)}`}
      answer="Rename"
      failure={failure}
      onClose={onClose}
      onAnswer={() => {
        if (!problem) void save('rename', { session: sessionKey, name }, 'Renamed');
      }}
    >
      <label className="field">
        <span>Name</span>
        <input className="textbox" value={name} onChange={(event) => setName(event.target.value)} />
        <small className={problem ? 'bad' : ''}>{problem ?? 'Empty: it goes by its id.'}</small>
      </label>
    </Question>
  );
}

function Tags({ sessionKey, row, onClose }: FormProps) {
  const { failure, save } = useSaving(onClose);
  const before = Object.entries(row.tags).map(([key, value]) => `${key}=${value}`);
  const [text, setText] = useState(before.join('\n'));
  const wanted = tagsOf(text);
  return (
    <Question
      title={`Tags of ${titleOf(row)}`}
      answer="Save"
      failure={failure}
      onClose={onClose}
      onAnswer={() => {
        if (!wanted) return;
        const remove = Object.keys(row.tags).filter((key) => !Object.hasOwn(wanted, key));
        void save('tag', { session: sessionKey, set: wanted, remove }, 'Tagged');
      }}
    >
      <label className="field">
        <span>One tag a line</span>
        <textarea
          className="textbox"
          rows={4}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <small className={wanted ? '' : 'bad'}>{wanted ? 'As key=value.' : 'A line is not key=value.'}</small>
      </label>
    </Question>
  );
}

/** Null where a line is no tag. */
function tagsOf(text: string): Record<string, string> | null {
  const lines = text.split('\n').map((line) => line.trim());
  const pairs = lines.filter(Boolean).map((line) => /^([^=\s]+)=(.*)$/.exec(line));
  if (pairs.some((pair) => !pair)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
