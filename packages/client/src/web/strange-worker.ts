/**
 * What ends a service worker that is not ours. Whoever listened at our port while we did not can have left
 * one, which would stand between the page and us for good. Browsers ask for its script again, past it, with
 * each page that is loaded: what it gets then takes its place and unregisters it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { StaticFile } from './static-files.ts';

/** The only one that we have. */
const OWN = '/sw.js';

const LEAVE = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => {
  const leave = async () => {
    for (const name of await caches.keys()) await caches.delete(name);
    await self.registration.unregister();
    for (const page of await self.clients.matchAll({ type: 'window' })) await page.navigate(page.url);
  };
  event.waitUntil(leave());
});
`;

/** The script to answer with; null: it is no worker's, or ours. */
export function strangeWorker(path: string, headers: IncomingHttpHeaders): StaticFile | null {
  if (headers['service-worker'] !== 'script' || path === OWN) return null;
  return {
    body: Buffer.from(LEAVE),
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' },
  };
}
