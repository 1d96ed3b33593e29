/** Editors of sessions: the calls of HostClient that are EditorService's. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { GetInstallationResponse, Editor as WireEditor } from '@berth/shared/gen/berth/v1/editor';
import { decodeEditor, encodeProfile } from '@berth/shared/wire/editor';
import { toDuration } from '@berth/shared/wire/scalar';
import type { Channel, Stubs, Unary } from './channel.ts';
import type { HostClient } from './host-client.ts';

type Calls = Pick<HostClient, 'openEditor' | 'stopEditor' | 'getEditor' | 'getInstallation'>;
type Method = Exclude<keyof Calls, 'getInstallation'>;

/** Without its extensions, which a first start brings, too: one after the other, each within its own time. */
const OPEN_MS = 90_000;
const EXTENSION_MS = 30_000;

export function editorCalls(channel: Channel): Calls {
  const call =
    <Answer>(method: keyof Calls) =>
    ({ editor }: Stubs) =>
      (editor[method] as unknown as Unary<object, Answer>).bind(editor);

  async function editorOf(method: Method, request: object, o: Parameters<Calls['getEditor']>[1]) {
    const { editor } = await channel.unary(call<{ editor: WireEditor | undefined }>(method), request, o);
    if (!editor) throw new BerthError('INTERNAL', 'the agent answered without an editor');
    return decodeEditor(editor);
  }

  return {
    openEditor: ({ profile, idleMs, ...rest }, o) => {
      const wire = { ...rest, profile: encodeProfile(profile), memoryBytes: 0n };
      const deadlineMs = o?.deadlineMs ?? OPEN_MS + profile.extensions.length * EXTENSION_MS;
      return editorOf('openEditor', { ...wire, idleTimeout: toDuration(idleMs) }, { ...o, deadlineMs });
    },
    stopEditor: (request, o) => editorOf('stopEditor', request, o),
    getEditor: (session, o) => editorOf('getEditor', { session }, o),
    getInstallation: (o) => channel.unary(call<GetInstallationResponse>('getInstallation'), {}, o),
  };
}
