/** The user's browser, told to show a URL. The only module that spells its programs' arguments. */
import { spawn } from 'node:child_process';

export interface BrowserOptions {
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** A window without tabs and address, where there is a browser that has such. */
  readonly app: boolean;
}

/** They take `--app`. */
const APP_BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];

/** True once one was started that did not fail at once. */
export async function openBrowser(options: BrowserOptions): Promise<boolean> {
  for (const argv of candidates(options)) if (await starts(argv, options.env)) return true;
  return false;
}

/** Commands to try in turn. Pure. */
export function candidates({ url, env, platform, app }: BrowserOptions): string[][] {
  const windows = app ? APP_BROWSERS.map((program) => [program, `--app=${url}`]) : [];
  const own = (env.BROWSER ?? '')
    .split(':')
    .map((command) => command.trim())
    .filter((command) => command !== '')
    .map((command) => {
      const words = command.split(/\s+/);
      return words.some((word) => word.includes('%s'))
        ? words.map((word) => word.replaceAll('%s', url))
        : [...words, url];
    });
  return [...windows, ...own, [platform === 'darwin' ? 'open' : 'xdg-open', url]];
}

/** A browser that stays in the foreground is started all the same. */
const SETTLED_MS = 1000;

function starts([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(program, args, { env, stdio: 'ignore', detached: true });
  return new Promise((resolve) => {
    const settled = setTimeout(() => resolve(true), SETTLED_MS);
    const end = (good: boolean) => {
      clearTimeout(settled);
      resolve(good);
    };
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0));
    child.unref();
  });
}
