/** What the page opens on origins of their own: editors, ports, HTML; and links to artifacts. */
import { randomUUID } from 'node:crypto';
import { BerthError } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import { z } from 'zod';
import { readProfile } from '../../editor/profile.ts';
import type { Target } from '../apps.ts';
import { appHost } from '../guard.ts';
import type { CallPorts, Calls } from './call.ts';
import { hostAndId, onSession, SESSION } from './find-session.ts';

type OpenCalls = Pick<Calls, 'openEditor' | 'stopEditor' | 'openPort' | 'openArtifact'>;

export function openCalls(ports: CallPorts): OpenCalls {
  const opened = (key: string, target: Target, path?: string) => {
    const { id, entry } = ports.apps.open(key, target, { port: ports.port, path });
    return { url: `http://${appHost(id, ports.port)}${entry}` };
  };
  return {
    openEditor: {
      params: z.strictObject({ session: SESSION }),
      async run({ session: key }) {
        const { context } = ports;
        const { host, id } = hostAndId(key, ports);
        const client = await context.connect(host.config);
        const profile = readProfile(context.paths.configDir, context.settings.codeIdleMs);
        const request = { requestId: randomUUID(), session: id, profile, idleMs: null };
        const { directory } = await client.openEditor(request);
        return opened(key, { kind: 'editor' }, `/?folder=${encodeURIComponent(directory)}`);
      },
    },
    stopEditor: {
      params: z.strictObject({ session: SESSION }),
      run: ({ session }) => onSession(session, ports, (client, request) => client.stopEditor(request)),
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
