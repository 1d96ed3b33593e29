/** berth.v1.EditorService: VS Code beside sessions. */
import { BerthError } from '@berth/shared/domain/berth-error';
import {
  EDITOR_IDLE_MS,
  type EditorSnapshot,
  isExtensionName,
  MAX_EDITOR_IDLE_MS,
  MAX_PROFILE_BYTES,
} from '@berth/shared/domain/editor';
import type { EditorServiceServer, OpenEditorRequest } from '@berth/shared/gen/berth/v1/editor';
import { encodeEditor, encodeInstallation } from '@berth/shared/wire/editor';
import { fromDuration, toBytes } from '@berth/shared/wire/scalar';
import type { Editors, OpenOrder } from '../sessions/editors.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Wrapper } from './handler.ts';
import { refuseExternal, requestKey } from './orders.ts';

export interface EditorServiceOptions {
  readonly wrap: Wrapper;
  readonly registry: Registry;
  readonly editors: Editors;
}

const NOT_OURS = {
  cannot: 'open an editor for',
  hint: 'Berth did not start it: open its directory over ssh',
};
const MOST_EXTENSIONS = 100;

/** What it answers is the same however often it is asked: no call needs to be remembered. */
export function editorService({ wrap, registry, editors }: EditorServiceOptions): EditorServiceServer {
  const answer = (editor: EditorSnapshot) => ({ editor: encodeEditor(editor) });
  return {
    openEditor: wrap.unary('OpenEditor', async (request) => {
      const { requestId, session } = request;
      const order = openOrder(request);
      requestKey(requestId, {});
      refuseExternal(session, NOT_OURS);
      return answer(await editors.open(session, order));
    }),
    stopEditor: wrap.unary('StopEditor', async ({ requestId, session }) => {
      requestKey(requestId, {});
      refuseExternal(session, NOT_OURS);
      return answer(await editors.stop(session));
    }),
    getEditor: wrap.unary('GetEditor', async ({ session }) => {
      refuseExternal(session, NOT_OURS);
      return answer(await editors.get(registry.resolve(session)));
    }),
    getInstallation: wrap.unary('GetInstallation', async () =>
      encodeInstallation(await editors.installation()),
    ),
  };
}

function openOrder({ profile, idleTimeout, memoryBytes }: OpenEditorRequest): OpenOrder {
  const { settings = '', keybindings = '', extensions = [], idleTimeout: usual } = profile ?? {};
  for (const [name, text] of Object.entries({ settings, keybindings })) {
    if (Buffer.byteLength(text) > MAX_PROFILE_BYTES) throw invalid(`${name} of the profile are too large`);
  }
  const odd = extensions.find((one) => !isExtensionName(one));
  if (odd !== undefined)
    throw invalid(`an extension is PUBLISHER.NAME or PUBLISHER.NAME@VERSION, not ${odd}`);
  if (extensions.length > MOST_EXTENSIONS)
    throw invalid(`a profile has at most ${MOST_EXTENSIONS} extensions`);
  const asked = fromDuration(idleTimeout) ?? null;
  const idleMs = fromDuration(usual) ?? EDITOR_IDLE_MS;
  for (const ms of [asked ?? 0, idleMs])
    if (ms < 0 || ms > MAX_EDITOR_IDLE_MS) throw invalid('an editor may idle from 0 s to a year');
  const kept = { settings, keybindings, extensions, idleMs };
  return { profile: kept, idleMs: asked, memoryBytes: toBytes(memoryBytes) };
}

function invalid(message: string): BerthError {
  return new BerthError('ARGUMENT_INVALID', message);
}
