/** One event in one line, for people. Pure; nothing in it can act on a terminal. */
import { type ClearReason, wordsOf } from '@berth/shared/domain/attention';
import { type Fact, type HostEvent, kindOf } from '@berth/shared/domain/event';
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import { statusText } from '../fleet/queue-place.ts';
import { clock } from '../render/clock.ts';
import { counted } from '../render/counted.ts';
import type { SessionChange } from './session-changes.ts';

/** `14:02:11 dev fix-auth  attention  permission: wants to run Bash — rm -rf build` */
export function eventLine(
  host: string,
  event: HostEvent,
  now: number,
  changed: SessionChange | null = null,
): string {
  const { fact } = event;
  const session = fact.type === 'externalChanged' ? fact.session.name : event.sessionName || event.sessionId;
  const who = [clock(event.at, now), host, session || '-'].map(oneLine).join(' ');
  return oneLine(`${who}  ${kindOf(fact)}  ${changed ? changedText(changed, event) : factText(fact, now)}`);
}

function changedText({ renamedFrom, tagged, untagged }: SessionChange, { sessionName }: HostEvent): string {
  const from = renamedFrom === '' ? '' : ` from ${renamedFrom}`;
  const renamed = sessionName === '' ? `named ${renamedFrom} no more` : `renamed${from} to ${sessionName}`;
  return [
    ...(renamedFrom === null ? [] : [renamed]),
    ...(tagged.length > 0 ? [`tagged ${tagged.join(' ')}`] : []),
    ...(untagged.length > 0 ? [`tagged no more ${untagged.join(' ')}`] : []),
  ].join(', ');
}

function factText(fact: Fact, now: number): string {
  switch (fact.type) {
    case 'sessionChanged': {
      const { state, exitCode, detail } = fact.session;
      const told = state === 'reserved' ? 'slot reserved' : statusText(fact.session);
      const code = exitCode === null ? '' : ` (exit ${exitCode})`;
      return `${told}${code}${detail ? `: ${detail}` : ''}`;
    }
    case 'sessionRemoved':
      return `removed: ${formatMemory(fact.freedBytes)} freed`;
    case 'hostNotice':
      return `${fact.reason}: ${fact.message}`;
    case 'attentionRaised': {
      const what = wordsOf(fact.attention);
      return `${fact.attention.kind}${what ? `: ${what}` : ''}`;
    }
    case 'attentionCleared':
      return `${fact.kind} no more: ${CLEARED[fact.reason]}`;
    case 'attentionSnoozed':
      return fact.until > now ? `snoozed until ${clock(fact.until, now)}` : 'no longer snoozed';
    case 'activityChanged':
      return `${fact.activity} (${fact.source})${fact.message ? `: ${fact.message}` : ''}`;
    case 'outputChanged':
      return fact.printing ? 'prints' : 'silent';
    case 'filesChanged': {
      const files = `${fact.incomplete ? 'at least ' : ''}${counted(fact.files, 'file')} changed`;
      return fact.folders.length > 0 ? `${files} in ${fact.folders.join(', ')}` : files;
    }
    case 'artifactChanged': {
      const { path, bytes } = fact.artifact;
      return fact.removed ? `${path} removed` : `${path} (${formatMemory(bytes)})`;
    }
    case 'memoryPressure': {
      const amount = `${formatMemory(fact.usedBytes)} of ${formatMemory(fact.slotBytes)}`;
      return fact.high ? `near the end of its slot: ${amount}` : `room in its slot again: ${amount}`;
    }
    case 'clientsChanged':
      return `${fact.attached ? 'attached' : 'detached'}: ${counted(fact.attachedClients, 'terminal')}`;
    case 'externalChanged': {
      const { status, message, attention } = fact.session;
      const cleared = fact.cleared && !attention ? `asks no more: ${CLEARED[fact.cleared]}` : '';
      if (fact.gone) return ['gone', cleared].filter(Boolean).join(', ');
      const until = attention?.snoozedUntil ?? null;
      const quiet = until !== null && until > now ? `snoozed until ${clock(until, now)}` : '';
      const told = `${status}${message ? `: ${message}` : ''}`;
      return [told, cleared || quiet].filter(Boolean).join(' — ');
    }
  }
}

const CLEARED: Readonly<Record<ClearReason, string>> = {
  typed: 'somebody typed',
  acknowledged: 'acknowledged',
  'went-on': 'it went on',
  replaced: 'another took its place',
  ended: 'the session ended',
};
