/**
 * Keeps the shell of the page, so that it opens while Berth is away and says so itself. Nothing that
 * is told by a host, a session or a call is ever kept.
 */
const CACHE = 'berth-shell-1';
const SHELL = /^\/(?:assets\/[\w.-]+|theme\.js|icon[\w-]*\.(?:svg|png)|manifest\.webmanifest)?$/;
const MOST = 60;

self.addEventListener('install', (event) => {
  // Without it the worker still does for what comes later.
  event.waitUntil(keepShell().catch(() => null));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || !SHELL.test(url.pathname)) return;
  // Files under assets are named by what is in them.
  event.respondWith(url.pathname.startsWith('/assets/') ? keptFirst(request) : freshFirst(request));
});

/** The page of now and what it begins with: all that came before there was a worker to keep it. */
async function keepShell() {
  const cache = await caches.open(CACHE);
  const page = await fetch('/');
  const text = await page.clone().text();
  await keep(cache, new Request('/'), page);
  const named = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
  for (const path of named.filter((path) => SHELL.test(path)))
    await keep(cache, new Request(path), await fetch(path));
}

async function keptFirst(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? keep(cache, request, await fetch(request));
}

async function freshFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    return await keep(cache, request, await fetch(request));
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function keep(cache, request, response) {
  if (response.ok && response.type === 'basic') {
    await cache.put(request, response.clone());
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
  }
  return response;
}
