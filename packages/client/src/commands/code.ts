/** `berth code`: VS Code on a session's workspace, on its host beside it or on this machine. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import type { EditorSnapshot } from '@berth/shared/domain/editor';
import { isFinal } from '@berth/shared/domain/session-state';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import { lookAfter, refuseEnded } from '../fleet/look-after.ts';
import type { Place } from '../fleet/resolve.ts';
import { CODE_PORT } from '../forward/port-words.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { namedJson, namedText } from './each-target.ts';
import { interruption } from './interruption.ts';
import { theSession } from './target.ts';
import { span } from './values.ts';

export const code = defineCommand({
  usage: 'SESSION',
  describe: 'Open VS Code on the workspace of a session. It runs on the host, beside the session.',
  example: 'berth code my-session',
  flags: {
    desktop: { type: 'boolean', describe: 'in the VS Code of this machine, by its own way over ssh' },
    stop: { type: 'boolean', describe: 'end the editor of the session' },
    'print-url': { type: 'boolean', describe: 'print the address instead of opening it' },
    idle: {
      type: 'string',
      value: 'TIME',
      describe:
        'end it after so long without a connection, else as the setting code_idle says (30m); 0: never',
    },
  },
  most: 1,
  async run({ flags, words }, context) {
    const { desktop, stop } = flags;
    const idleMs = flags.idle === undefined ? null : span('--idle', flags.idle);
    if (desktop && stop) throw new BerthError('USAGE', 'choose one of --desktop and --stop');
    if ((desktop || stop) && (flags['print-url'] || idleMs !== null)) {
      throw new BerthError('USAGE', '--print-url and --idle are for an editor that is opened on the host');
    }
    const accept = ({ session: { state } }: Place) => !isFinal(state);
    const place = await theSession(words, context, { command: 'code', accept });
    if (desktop) return await openOnDesktop(place, context);
    if (stop) return await stopEditor(place, context);
    return await openOnHost(place, context, { idleMs, open: !flags['print-url'] });
  },
});

async function openOnDesktop({ host, session }: Place, { console, env }: Context): Promise<number> {
  const { desktopPlace, unknownToDesktop } = await import('../editor/desktop.ts');
  const { openInDesktop } = await import('../editor/open-here.ts');
  const place = desktopPlace(host, session.workspace);
  const missing = unknownToDesktop(host);
  if (missing !== null) {
    console.err(
      `berth: VS Code reads your ssh configuration alone: give ${host.host ?? host.name} its ${missing} there\n`,
    );
  }
  const opened = await openInDesktop(place, env);
  if (console.json) console.out(`${toJson({ ...namedJson({ host, session }), link: place.link, opened })}\n`);
  else if (!opened) console.err(`berth: no program of this machine opens it; the link:\n`);
  if (!console.json) console.out(`${oneLine(place.link)}\n`);
  return 0;
}

async function stopEditor(place: Place, context: Context): Promise<number> {
  const { console } = context;
  const client = await context.connect(place.host);
  const editor = await client.stopEditor({ requestId: randomUUID(), session: place.session.id });
  if (console.json) console.out(`${toJson({ editor: editorJson(place, editor) })}\n`);
  else console.out(`the editor of ${namedText(place.session)} is ended\n`);
  return 0;
}

async function openOnHost(
  place: Place,
  context: Context,
  { idleMs, open }: { idleMs: number | null; open: boolean },
): Promise<number> {
  const { console, env, paths, settings } = context;
  const { readProfile } = await import('../editor/profile.ts');
  const profile = readProfile(paths.configDir, settings.codeIdleMs);
  const client = await context.connect(place.host);
  const request = { requestId: randomUUID(), session: place.session.id, profile, idleMs };
  const editor = await client.openEditor(request);
  if (editor.detail !== '') console.err(`berth: ${oneLine(editor.detail)}\n`);
  const { serveTarget } = await import('../web/serve-target.ts');
  using interrupted = interruption();
  const { signal } = interrupted;
  await using served = await serveTarget({
    ...{ context, place, target: { kind: 'editor' } },
    // The next one that is free for a second editor.
    port: { port: CODE_PORT, local: null },
    path: `/?folder=${encodeURIComponent(editor.directory)}`,
  });
  const url = served.url();
  if (console.json) console.out(`${toJson({ editor: { ...editorJson(place, editor), url } })}\n`);
  else console.out(`${url}\n`);
  if (open) {
    const { openInBrowser } = await import('../editor/open-here.ts');
    if (!(await openInBrowser(url, env))) {
      console.err('berth: no browser could be started here: open the link yourself, within a minute\n');
    }
  }
  console.err('berth: the page is here until ctrl-C; the editor goes on after it, until nobody uses it\n');
  await lookAfterEditor(place, context, signal);
  return 130;
}

/** Until the signal aborts. Throws SESSION_ENDED, EDITOR_NOT_RUNNING: then nobody needs the page any more. */
async function lookAfterEditor(
  { host, session: { id } }: Place,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  const look = async () => {
    const client = await context.connect(host);
    refuseEnded(await client.getSession(id, { signal }));
    const { state, detail } = await client.getEditor(id, { signal });
    if (state !== 'stopped') return;
    const why = detail === '' ? '' : `: ${detail}`;
    throw new BerthError('EDITOR_NOT_RUNNING', `the editor of ${id} has ended${why}`, {
      hint: `start it again: berth code ${id}`,
    });
  };
  const told = (text: string) => context.console.err(`berth: ${oneLine(text)}\n`);
  await lookAfter({ host: host.name, look, told }, signal);
}

function editorJson(place: Place, editor: EditorSnapshot) {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    ...namedJson(place),
    state: editor.state,
    program: editor.program,
    version: editor.version,
    directory: editor.directory,
    started_at: iso(editor.startedAt),
    idle_since: iso(editor.idleSince),
    connections: editor.connections,
    memory_bytes: editor.memoryBytes,
    detail: editor.detail,
  };
}
