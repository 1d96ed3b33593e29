/** A session asks for a person: how the page says so beyond its own frame. */
import { oneLine } from '@berth/shared/domain/text';
import type { LiveMessage, SessionKey } from '../../protocol.ts';
import type { Model, Toast } from './model.ts';
import type { Store } from './store.ts';

type Notice = Extract<LiveMessage, { type: 'notice' }>;

export interface Teller {
  readonly store: Store<Model>;
  toast(toast: Omit<Toast, 'id'>): void;
  open(key: SessionKey): void;
}

/** Nobody is told of what they are looking at. */
export function tellNotice(page: Teller, { key, title, body, sound }: Notice): void {
  const { layout, route } = page.store.get();
  const looking = document.hasFocus() && route.page === 'session' && route.key === key;
  if (looking) return;
  const [head, text] = [oneLine(title), oneLine(body)];
  page.toast({ tone: 'ask', text: head, hint: text, session: key });
  if (layout.sound || sound) chime();
  if (!layout.notify || !('Notification' in window) || Notification.permission !== 'granted') return;
  // One for each session; a later one takes its place, and is told of like the first.
  const options: NotificationOptions & { renotify: boolean } = {
    body: text,
    tag: key,
    renotify: true,
    icon: '/icon-192.png',
  };
  const notification = new Notification(head, options);
  notification.onclick = () => {
    window.focus();
    page.open(key);
    notification.close();
  };
}

/** Asks for leave to notify: only ever because of a click. */
export async function askToNotify(): Promise<NotificationPermission> {
  return 'Notification' in window ? Notification.requestPermission() : 'denied';
}

/** Two soft tones. */
export function chime(): void {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.0001, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.12, context.currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  for (const [frequency, at] of [
    [660, 0],
    [880, 0.14],
  ] as const) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(volume);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + 0.5);
  }
  window.setTimeout(() => void context.close(), 700);
}
