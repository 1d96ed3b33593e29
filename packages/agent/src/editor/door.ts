/** The way into an editor: HTTP over its Unix socket. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { EditorDoor } from '../sessions/editor-port.ts';

const ANSWER_MS = 5000;
/** An editor closes a connection that says nothing, after a minute or so: then it is looked at again. */
const AGAIN_MS = 1000;

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
    let socket = open();

    /** A connection that says nothing: the kernel closes it in the moment the editor is gone. */
    function open() {
      let connected = false;
      const made = connect(socketPath, () => {
        connected = true;
      });
      made.on('error', () => {});
      made.once('close', () => {
        if (over) return;
        if (!connected) {
          over = true;
          return gone();
        }
        // At once: of one that is gone nobody takes the next.
        timer = setTimeout(
          () => {
            socket = open();
          },
          made.bytesRead > 0 ? AGAIN_MS : 0,
        );
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
