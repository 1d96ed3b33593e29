/** Two lines above a session: what it is, and what it wants or was told to do. */
import type { HostRow, SessionKey, SessionPage, SessionRow } from '../../protocol.ts';
import { useBerth, useModel, useNow } from '../model/hooks.ts';
import type { SessionView, Split } from '../state/layout.ts';
import { asking, titleOf } from '../state/session-order.ts';
import { ageWords, agoWords, attentionLine, promptLine, staleSince } from '../state/words.ts';
import { Button, IconButton, Segmented } from '../ui/controls.tsx';
import { useFocusLeft } from '../ui/focus-left.ts';
import { Icon } from '../ui/icon.tsx';
import { AttentionBadge, MemoryMeter, StateBadge } from '../ui/marks.tsx';
import { Menu } from '../ui/menu.tsx';
import { openAside } from '../ui/open-aside.ts';
import { Ports } from './ports.tsx';
import { SessionActions } from './session-actions.tsx';

const VIEWS = [
  { value: 'terminal', label: 'Terminal', icon: 'terminal' },
  { value: 'split', label: 'Both', icon: 'split' },
  { value: 'editor', label: 'VS Code', icon: 'code' },
] as const;

const SNOOZES: readonly { label: string; minutes: number }[] = [
  { label: 'For 15 minutes', minutes: 15 },
  { label: 'For an hour', minutes: 60 },
  { label: 'For 4 hours', minutes: 240 },
];

interface HeaderProps {
  readonly sessionKey: SessionKey;
  readonly row: SessionRow;
  readonly host: HostRow | undefined;
  readonly page: SessionPage | null;
  readonly split: Split;
}

export function SessionHeader({ sessionKey, row, host, page, split }: HeaderProps) {
  const berth = useBerth();
  const now = useNow();
  const details = useModel((model) => model.layout.details);
  const stale = staleSince(row, host);
  // Also for browsers that let frames of other sites store nothing.
  const openEditorAside = async () => {
    const answer = await berth.try('openEditor', { session: sessionKey });
    if (answer) openAside(answer.url);
  };
  return (
    <header className="session-head">
      <div className="head-line">
        <h1 title={row.session_id} dir="auto">
          {titleOf(row)}
        </h1>
        <span className="head-host">{row.vm_name}</span>
        <StateBadge row={row} />
        <span className="head-age" title={`Created ${new Date(row.created_at).toLocaleString('en-GB')}`}>
          {ageWords(row, now)}
        </span>
        <MemoryMeter row={row} />
        {stale !== null && (
          <span className="badge stale" title={host?.error ?? ''}>
            <Icon name="clock" />
            as of {agoWords(stale, now)}
          </span>
        )}
        <span className="head-space" />
        {page && page.ports.length > 0 && <Ports sessionKey={sessionKey} ports={page.ports} />}
        {(row.status === 'running' || row.status === 'suspended') && !row.external && (
          <Segmented<SessionView>
            label="What is shown"
            choices={VIEWS}
            value={split.view}
            onChoose={(view) => berth.split(sessionKey, { view })}
          />
        )}
        {split.view !== 'terminal' && row.ended_at === null && (
          <IconButton
            label="VS Code in a tab of its own"
            icon="aside"
            onClick={() => void openEditorAside()}
          />
        )}
        <SessionActions sessionKey={sessionKey} row={row} ssh={page?.ssh ?? ''} />
        <IconButton
          label="Details (Alt Shift D)"
          icon="details"
          pressed={details}
          onClick={() => berth.arrange({ details: !details })}
        />
      </div>
      <SecondLine sessionKey={sessionKey} row={row} now={now} />
    </header>
  );
}

function SecondLine({ sessionKey, row, now }: { sessionKey: SessionKey; row: SessionRow; now: number }) {
  const attention = asking(row, now);
  if (!attention) {
    const snoozed = row.attention?.snoozed_until;
    return (
      <div className="head-second">
        <span className="head-prompt" dir="auto">
          {promptLine(row) || 'No prompt'}
        </span>
        {snoozed && (
          <span className="quiet">
            Snoozed until{' '}
            {new Date(snoozed).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}
          </span>
        )}
      </div>
    );
  }
  return <AttentionStrip sessionKey={sessionKey} attention={attention} now={now} />;
}

interface StripProps {
  readonly sessionKey: SessionKey;
  readonly attention: NonNullable<SessionRow['attention']>;
  readonly now: number;
}

export function AttentionStrip({ sessionKey, attention, now }: StripProps) {
  const berth = useBerth();
  const strip = useFocusLeft<HTMLDivElement>();
  const snooze = (minutes: number) => {
    const until = new Date(Date.now() + minutes * 60_000).toISOString();
    void berth.try('snooze', { session: sessionKey, until }, 'Snoozed');
  };
  return (
    <div className={`head-second asks ${attention.kind}`} ref={strip}>
      <AttentionBadge attention={attention} />
      <span className="head-attention" dir="auto" title={attentionLine(attention)}>
        {attentionLine(attention)}
      </span>
      <span className="quiet">{agoWords(attention.since, now)}</span>
      <Button
        small
        icon="check"
        onClick={() => void berth.try('acknowledge', { session: sessionKey }, 'Acknowledged')}
      >
        Acknowledge
      </Button>
      <Menu
        label="Snooze"
        icon="clock"
        className="button small"
        entries={SNOOZES.map(({ label, minutes }) => ({ label, icon: 'clock', run: () => snooze(minutes) }))}
      >
        <span>Snooze</span>
      </Menu>
    </div>
  );
}
