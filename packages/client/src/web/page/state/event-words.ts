/** What an event tells, in one safe line: as `berth watch` words it, out of the row. Pure. */
import { formatMemory } from '@berth/shared/domain/memory';
import { oneLine } from '@berth/shared/domain/text';
import type { EventRow } from '../../protocol.ts';

const LONGEST = 400;
const CLEARED: Readonly<Record<string, string>> = {
  typed: 'somebody typed',
  acknowledged: 'acknowledged',
  'went-on': 'it went on',
  replaced: 'another took its place',
  ended: 'the session ended',
};

export function eventWords(row: EventRow): string {
  return oneLine(words(row)).slice(0, LONGEST);
}

function words(row: EventRow): string {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? '' : String(row[name]));
  const amount = (name: string) => formatMemory(Number(row[name]) || 0);
  const behind = (colon: string, name: string) => (text(name) ? `${colon}${text(name)}` : '');
  switch (row.type) {
    case 'session_changed': {
      const code =
        row.exit_code === null || row.exit_code === undefined ? '' : ` (exit ${text('exit_code')})`;
      return `${text('state') || text('status')}${code}${behind(': ', 'detail')}`;
    }
    case 'session_removed':
      return `removed: ${amount('freed_bytes')} freed`;
    case 'host_notice':
      return `${text('reason')}${behind(': ', 'message')}`;
    case 'attention_raised':
      return `${text('attention_kind')}${behind(': ', 'reason')}${text('reason').includes(text('line')) ? '' : behind(' — ', 'line')}`;
    case 'attention_cleared':
      return `${text('attention_kind')} no more: ${CLEARED[text('reason')] ?? text('reason')}`;
    case 'attention_snoozed':
      return `snoozed until ${text('snoozed_until').slice(11, 16)} UTC`;
    case 'activity_changed':
      return `${text('activity')} (${text('source')})${behind(': ', 'message')}`;
    case 'output_changed':
      return row.printing ? 'prints' : 'silent';
    case 'files_changed': {
      const folders = Array.isArray(row.folders) ? row.folders.slice(0, 5).map(String).join(', ') : '';
      return `${text('files')} ${row.files === 1 ? 'file' : 'files'} changed${folders && ` in ${folders}`}`;
    }
    case 'artifact_changed':
      return row.removed ? `${text('path')} removed` : `${text('path')} (${amount('bytes')})`;
    case 'memory_pressure':
      return `${row.high ? 'near the end of its slot' : 'room in its slot again'}: ${amount('used_bytes')} of ${amount('slot_bytes')}`;
    case 'clients_changed':
      return `${row.attached ? 'attached' : 'detached'}: ${text('attached_clients')} ${row.attached_clients === 1 ? 'terminal' : 'terminals'}`;
    case 'external_changed':
      return row.gone ? 'gone' : `${text('status')}${behind(': ', 'message')}`;
    default:
      // A newer agent tells more than this page knows words for.
      return `${row.type.replaceAll('_', ' ')}${behind(': ', 'message')}`;
  }
}
