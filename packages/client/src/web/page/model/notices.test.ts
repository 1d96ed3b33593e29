import { afterEach, expect, it, vi } from 'vitest';
import type { Model } from './model.ts';
import { tellNotice } from './notices.ts';

afterEach(() => void vi.unstubAllGlobals());

it('tells of a session again whose last notification nobody has put away', () => {
  const told: string[] = [];
  const inTray = new Set<string>();
  /** As browsers do it: what takes the place of another is silent, but where it asks not to be. */
  class Tray {
    static readonly permission = 'granted';
    constructor(title: string, { tag, renotify }: { tag: string; renotify?: boolean }) {
      if (renotify || !inTray.has(tag)) told.push(title);
      inTray.add(tag);
    }
  }
  vi.stubGlobal('window', { Notification: Tray });
  vi.stubGlobal('Notification', Tray);
  vi.stubGlobal('document', { hasFocus: () => false });
  const model = { layout: { notify: true, sound: false }, route: { page: 'home' } } as unknown as Model;
  const page = {
    ...{ store: { get: () => model, set() {} } as never },
    ...{ toast() {}, open() {} },
  };
  for (const title of ['asks', 'asks again'])
    tellNotice(page, { type: 'notice', key: 'vm:1', title, body: '', sound: false } as never);
  expect(told).toEqual(['asks', 'asks again']);
});
