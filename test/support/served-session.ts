/** A session that serves HTTP: what it was asked, and a WebSocket that gives back what it gets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE } from './programs.ts';
import type { Sandbox } from './sandbox.ts';
import { startedId } from './started.ts';

const SERVER = `
const { createServer } = require('node:http');
const { createHash } = require('node:crypto');
const server = createServer((asked, answer) => {
  if (asked.url === '/big') { answer.end(Buffer.alloc(8 * 1024 * 1024, 'x')); return; }
  if (asked.url === '/away') { answer.writeHead(302, { location: 'http://' + asked.headers.host + '/there' }); answer.end(); return; }
  if (asked.url === '/strange') { asked.socket.end('HTTP/1.1 099 Strange\\r\\nx: \\x80\\r\\n\\r\\nbody'); return; }
  if (asked.url === '/worded') { asked.socket.end('HTTP/1.1 200 a\\x01b\\r\\ncontent-length: 4\\r\\n\\r\\nhere'); return; }
  let body = '';
  asked.on('data', (part) => { body += part; });
  asked.on('end', () => {
    answer.writeHead(200, {
      'content-type': 'application/json',
      'set-cookie': ['own=1; Path=/; SameSite=Lax; Domain=localhost', 'berth-app=stolen; Path=/', 'berth-ui-1=stolen'],
      'x-frame-options': 'DENY',
      'content-security-policy': "img-src 'self'; frame-ancestors 'none'",
    });
    answer.end(JSON.stringify({ method: asked.method, url: asked.url, headers: asked.headers, body }));
  });
});
server.on('upgrade', (asked, socket) => {
  if (asked.url === '/refused') {
    socket.on('error', () => {}).write('HTTP/1.1 400 No\\r\\ncontent-length: 2\\r\\n\\r\\nno');
    setTimeout(() => socket.resetAndDestroy(), 300);
    return;
  }
  const accept = createHash('sha1').update(asked.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nconnection: Upgrade\\r\\nupgrade: websocket\\r\\nsec-websocket-accept: ' + accept + '\\r\\n\\r\\n');
  socket.write('origin ' + asked.headers.origin + '\\n');
  socket.pipe(socket);
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + ' served'));
`;

/** Resolves once it listens. */
export async function servingSession(sandbox: Sandbox, name: string): Promise<{ key: string; port: number }> {
  const file = join(sandbox.dir, 'server.cjs');
  writeFileSync(file, SERVER);
  const id = await startedId(sandbox, ['start', '--json', '--name', name, '--', NODE, file]);
  await using follower = sandbox.spawnBerth(['output', name, '--follow']);
  const [, port = ''] = await follower.waitForText(/port (\d+) served/);
  return { key: `local:${id}`, port: Number(port) };
}
