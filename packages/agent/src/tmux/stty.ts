/** Whether the program on a terminal reads a line without showing it, as a question for a password does. */
import { execFile } from 'node:child_process';

const STTY_MS = 2000;

export async function ttyHidesTyping(tty: string): Promise<boolean> {
  const words = (await stty(tty)).split(/[\s;]+/);
  return words.includes('icanon') && words.includes('-echo');
}

function stty(tty: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('stty', ['-a', '-F', tty], { timeout: STTY_MS, encoding: 'utf8' }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
