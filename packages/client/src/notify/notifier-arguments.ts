/** What each notifier is called with. Texts are arguments of their own, never part of a script. Pure. */
import type { AttentionKind } from '@berth/shared/domain/attention';
import type { Message } from './message.ts';

const URGENCY: Readonly<Record<AttentionKind, 'low' | 'normal' | 'critical'>> = {
  permission: 'critical',
  input: 'normal',
  error: 'normal',
  done: 'normal',
  bell: 'low',
};

/** Names of the freedesktop.org notification specification. */
const CATEGORY: Readonly<Record<AttentionKind, string>> = {
  permission: 'im.received',
  input: 'im.received',
  error: 'transfer.error',
  done: 'transfer.complete',
  bell: 'im.received',
};

/** `plain`: for versions before 0.8, which know no ids. */
export function notifySendArguments(
  { title, body, kind }: Message,
  { plain, replaces }: { plain: boolean; replaces?: string },
): string[] {
  const ids = plain ? [] : ['--print-id', ...(replaces === undefined ? [] : [`--replace-id=${replaces}`])];
  const what = ['--app-name=berth', `--urgency=${URGENCY[kind]}`, `--category=${CATEGORY[kind]}`];
  return [...ids, ...what, '--', title, escapeMarkup(body)];
}

/** Notification servers take the body for markup. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const APPLE_SCRIPT = [
  'on run argv',
  'display notification (item 2 of argv) with title (item 1 of argv)',
  'end run',
];

export function osascriptArguments({ title, body }: Message): string[] {
  return [...APPLE_SCRIPT.flatMap((line) => ['-e', line]), '--', title, body];
}

/** BEL, and OSC 9 for terminals that know it; the text is safe already. */
export function terminalNotice({ title, body }: Message, { withText }: { withText: boolean }): string {
  const line = [title, body.split('\n')[0]].filter(Boolean).join(': ');
  // A semicolon after a digit is how some terminals take OSC 9 for a progress bar.
  const signal = `\u0007\u001b]9;${line.replaceAll(';', ',')}\u0007`;
  return withText ? `${signal}berth: ${line}\n` : signal;
}
