/** What is looked up about one session, and only while somebody looks at it. */
import { oneLine, safeText } from '@berth/shared/domain/text';
import { z } from 'zod';
import { artifactRows, gitRow, historyRows, lookAt } from '../../fleet/session-look.ts';
import { sessionRow } from '../../fleet/view.ts';
import type { Call, CallPorts, Calls } from './call.ts';
import { hostAndId, placeOf, SESSION } from './find-session.ts';

/** Lines of a transcript that are searched, from its end. */
const SEARCHED_LINES = 50_000;
const DIFF_BYTES = 2 * 1024 * 1024;

export function lookCalls(ports: CallPorts): Pick<Calls, 'show' | 'screen' | 'search' | 'diff'> {
  return { show: show(ports), screen: screen(ports), search: search(ports), diff: diff(ports) };
}

function show(ports: CallPorts): Call<'show'> {
  return {
    params: z.strictObject({ session: SESSION }),
    async run({ session: key }, signal) {
      const { context } = ports;
      const place = await placeOf(key, ports, signal);
      const client = await context.connect(place.host, { signal });
      const { id } = place.session;
      const [{ host, session, details, ports: listening, history, reach }, editor] = await Promise.all([
        lookAt(place, context),
        place.external ? null : client.getEditor(id, { signal }).catch(() => null),
      ]);
      const known = hostAndId(key, ports).host.snapshot;
      return {
        row: sessionRow({ host, hostname: known?.hostname ?? host.name }, session, Date.now()),
        git: gitRow(details.git),
        artifacts: artifactRows(details.artifacts),
        history: historyRows(history).reverse(),
        // An agent that is too old to tell has none to offer.
        ports: (listening ?? []).map(({ port, program, pid }) => ({ port, program, pid })),
        ssh: reach,
        editor: editor && { state: editor.state, detail: oneLine(editor.detail) },
      };
    },
  };
}

function screen(ports: CallPorts): Call<'screen'> {
  return {
    params: z.strictObject({ session: SESSION, lines: z.int().min(1).max(1000) }),
    run: async ({ session, lines }, signal) => ({
      lines: await lastLines(session, { lines, ports, signal }),
    }),
  };
}

function search(ports: CallPorts): Call<'search'> {
  return {
    params: z.strictObject({
      session: SESSION,
      text: z.string().min(1).max(1000),
      most: z.int().min(1).max(1000),
    }),
    async run({ session, text, most }, signal) {
      const lines = await lastLines(session, { lines: SEARCHED_LINES, ports, signal });
      const wanted = text.toLowerCase();
      const found = lines
        .map((line, i) => ({ line: i + 1, text: line }))
        .filter((one) => one.text.toLowerCase().includes(wanted));
      const complete = lines.length < SEARCHED_LINES && found.length <= most;
      return { matches: found.reverse().slice(0, most), complete };
    },
  };
}

function diff(ports: CallPorts): Call<'diff'> {
  return {
    params: z.strictObject({ session: SESSION }),
    async run({ session: key }, signal) {
      const { context } = ports;
      const { host, session } = await placeOf(key, ports, signal);
      const client = await context.connect(host, { signal });
      // git is loaded for those who look at a diff.
      const { diffOf } = await import('../../workspace/diff-session.ts');
      const { diffText } = await import('../../git/show-diff.ts');
      using found = await diffOf(null, { client, session, signal, env: context.env, progress: () => {} });
      const { git, base, tip } = found;
      const { text, complete } = await diffText(git, { base, tip, mostBytes: DIFF_BYTES });
      return { text: safeText(text), complete };
    },
  };
}

/** Rendered, without controls. */
async function lastLines(
  key: string,
  { lines, ports, signal }: { lines: number; ports: CallPorts; signal: AbortSignal },
): Promise<string[]> {
  const { host, id } = hostAndId(key, ports);
  const client = await ports.context.connect(host.config, { signal });
  const screen = await client.captureScreen({ session: id, lines, screenOnly: false }, { signal });
  return screen.lines.map((line) => safeText(line));
}
