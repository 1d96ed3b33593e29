/** What the page opens on origins of their own: editors, ports, HTML; and links to artifacts. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { z } from 'zod';
import type { Target } from '../apps.ts';
import { appHost } from '../guard.ts';
import type { CallPorts, Calls } from './call.ts';
import { hostAndId, SESSION } from './find-session.ts';

type OpenCalls = Pick<Calls, 'openEditor' | 'stopEditor' | 'openPort' | 'openArtifact'>;

export function openCalls(ports: CallPorts): OpenCalls {
  const opened = (key: string, target: Target, path?: string) => {
    const { id, entry } = ports.apps.open(key, target, path);
    return { url: `http://${appHost(id, ports.port)}${entry}` };
  };
  return {
    openEditor: {
      params: z.strictObject({ session: SESSION }),
      async run() {
        throw new BerthError('VERSION_MISMATCH', 'this version has no editor');
      },
    },
    stopEditor: {
      params: z.strictObject({ session: SESSION }),
      async run() {
        return {};
      },
    },
    openPort: {
      params: z.strictObject({ session: SESSION, port: z.int().min(1).max(65_535) }),
      async run({ session, port }) {
        hostAndId(session, ports);
        return opened(session, { kind: 'port', port });
      },
    },
    openArtifact: {
      params: z.strictObject({
        session: SESSION,
        path: z.string().min(1).max(4096),
        how: z.enum(['keep', 'look', 'page']),
      }),
      async run({ session, path, how }) {
        hostAndId(session, ports);
        if (how !== 'page') return { url: ports.artifacts.make({ session, path, how }) };
        if (!/\.html?$/i.test(path))
          throw new BerthError('ARGUMENT_INVALID', `${oneLine(path)} is no page`, { hint: '' });
        return opened(session, { kind: 'page', path });
      },
    },
  };
}
