/** The way into an editor: HTTP over its Unix socket. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { EditorDoor } from '../sessions/editor-port.ts';

const ANSWER_MS = 5000;
/** An editor closes a connection that says nothing, after a minute or so: then it is looked at again. */
const AGAIN_MS = 1000;
/** What was closed sooner than this was not closed for its silence. */
const BRIEF_MS = 5000;
/** Errors of who connects where nobody listens. */
const NOBODY: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT']);

export const editorDoor: EditorDoor = {
  answers: (socketPath, path) =>
    new Promise((resolve) => {
      const asked = request({ socketPath, path, agent: false, timeout: ANSWER_MS }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      asked.once('timeout', () => asked.destroy());
      asked.once('error', () => resolve(false));
      asked.once('close', () => resolve(false));
      asked.end();
    }),

  takes: (socketPath) =>
    new Promise((resolve) => {
      const made = connect(socketPath, () => {
        made.destroy();
        resolve(true);
      });
      made.once('error', () => resolve(false));
    }),

  warm(socketPath) {
    const asked = request({ socketPath, path: '/', agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume();
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => {});
    asked.end();
  },

  watch(socketPath, gone) {
    let over = false;
    let timer: NodeJS.Timeout | null = null;
    /** Connections one after another that were closed as soon as they were made: by whoever is there. */
    let brief = 0;
    let socket = open();

    /** A connection that says nothing: the kernel closes it in the moment the editor is gone. */
    function open() {
      const began = performance.now();
      let connected = false;
      let nobody = false;
      const made = connect(socketPath, () => {
        connected = true;
      });
      made.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
        // Any other way to fail says nothing of it: it may be busy, or too many files open here.
        nobody = NOBODY.has(code);
      });
      made.once('close', () => {
        if (over) return;
        if (!connected && nobody) {
          over = true;
          return gone();
        }
        brief = performance.now() - began < BRIEF_MS ? brief + 1 : 0;
        // At once: of one that is gone nobody takes the next.
        const pause = !connected || made.bytesRead > 0 || brief > 1 ? AGAIN_MS : 0;
        timer = setTimeout(() => {
          socket = open();
        }, pause);
        timer.unref();
      });
      made.resume();
      made.unref();
      return made;
    }

    return {
      [Symbol.dispose]() {
        over = true;
        if (timer) clearTimeout(timer);
        socket.destroy();
      },
    };
  },

  connect: (path, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true, signal });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        // What breaks it off is told to whoever reads it; by then there may be nobody.
        socket.on('error', () => {});
        resolve(socket);
      });
    }),
};
