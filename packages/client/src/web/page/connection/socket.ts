/** Sockets to the client that serves the page. */
import { KEY_PROTOCOL, SOCKET_PROTOCOL } from '../../protocol.ts';
import { key } from './login.ts';

export function openSocket(path: string, query: Readonly<Record<string, string | number>>): WebSocket {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const socket = new WebSocket(url, [SOCKET_PROTOCOL, KEY_PROTOCOL + key()]);
  socket.binaryType = 'arraybuffer';
  return socket;
}

/** Message of a socket as what it says; null: it is no JSON. */
export function messageOf<T>(data: unknown): T | null {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data) as T;
  } catch {
    return null;
  }
}
