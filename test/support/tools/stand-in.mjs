/** What the stand-ins of coding agents share: they note how they were called, and call hooks as the real ones do. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Kept as a list beside the session's artifacts; without the program. */
export function noteArguments() {
  const argv = process.argv.slice(2);
  writeFileSync(join(process.env.BERTH_OUTPUT_DIR ?? '.', 'argv.json'), JSON.stringify(argv));
  return argv;
}

/** The value of an option that comes as an argument of its own. */
export function optionOf(argv, option) {
  const at = argv.indexOf(option);
  return at < 0 ? undefined : argv[at + 1];
}

/** Calls every hook of an event in settings of the form that Claude Code and Gemini CLI share. */
export function settingsHooks(files, tool, transcript) {
  const settings = files
    .filter((file) => file && existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
  return (event, more = {}) => {
    const payload = JSON.stringify({
      session_id: `${tool}-0001`,
      transcript_path: transcript,
      cwd: process.cwd(),
      hook_event_name: event,
      ...more,
    });
    const commands = settings.flatMap(({ hooks }) =>
      (hooks?.[event] ?? []).flatMap((group) => group.hooks.map(({ command }) => command)),
    );
    for (const command of new Set(commands)) execFileSync('sh', ['-c', command], { input: payload });
  };
}

/** A transcript below the home, as the tool keeps it itself: one line of JSON for each entry. */
export function transcriptAt(...names) {
  const file = join(homedir(), ...names);
  mkdirSync(dirname(file), { recursive: true });
  const add = (entry) =>
    appendFileSync(file, `${JSON.stringify({ timestamp: new Date().toISOString(), ...entry })}\n`);
  return { file, add };
}

/** Shows a dialog until Enter takes it or Escape refuses it: then it is gone from the screen, as those of the real ones are. */
export async function asked(dialog) {
  console.log(dialog);
  const { stdin, stdout } = process;
  stdin.setRawMode(true).resume();
  const taken = await new Promise((resolve) => {
    stdin.on('data', (keys) => {
      for (const key of String(keys)) if (key === '\r' || key === '\u001b') resolve(key === '\r');
    });
  });
  stdin.removeAllListeners('data').setRawMode(false).pause();
  stdout.write('\u001b[2J\u001b[H');
  return taken;
}

/** Resolves with the next line that a person types. */
export function typed() {
  const lines = createInterface({ input: process.stdin });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      lines.close();
      resolve(line);
    });
  });
}
