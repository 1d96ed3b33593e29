/** berth.v1.AttentionService. */
import { externalName } from '@berth/shared/domain/external-session';
import type { AttentionServiceServer } from '@berth/shared/gen/berth/v1/attention';
import { encodeVerdict } from '@berth/shared/wire/attention';
import { fromDate } from '@berth/shared/wire/scalar';
import { encodeSession } from '@berth/shared/wire/session';
import type { Session } from '../domain/session.ts';
import type { AttentionKeeper } from '../sessions/attention-keeper.ts';
import type { Describe } from '../sessions/describe.ts';
import type { ExternalCommands } from '../sessions/external-commands.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Wrapper } from './handler.ts';
import { requestKey } from './orders.ts';

export function attentionService(options: {
  wrap: Wrapper;
  registry: Registry;
  keeper: AttentionKeeper;
  describe: Describe;
  external: ExternalCommands;
}): AttentionServiceServer {
  const { wrap, registry, keeper, describe, external } = options;
  const encoded = async (session: Session) => encodeSession(await describe(session));
  return {
    acknowledge: wrap.unary('Acknowledge', async ({ requestId, session: name }) => {
      const key = requestKey(requestId, { name });
      const other = externalName(name);
      if (other !== null) {
        const { session, cleared } = await external.acknowledge(other, { ...key, method: 'Acknowledge' });
        return { session: encodeSession(session), cleared };
      }
      // A second try must not clear what was raised after the first.
      const granted = registry.granted('Acknowledge', key);
      if (granted) return { session: await encoded(granted), cleared: true };
      const session = registry.resolve(name);
      const request = { ...key, method: 'Acknowledge', sessionId: session.id };
      const cleared = keeper.acknowledge(session.id, request);
      return { session: await encoded(session), cleared };
    }),
    snooze: wrap.unary('Snooze', async ({ requestId, session: name, until }) => {
      const key = requestKey(requestId, { name, until });
      const other = externalName(name);
      if (other !== null) {
        const order = { ...key, method: 'Snooze', until: fromDate(until) ?? 0 };
        return { session: encodeSession(await external.snooze(other, order)) };
      }
      const granted = registry.granted('Snooze', key);
      if (granted) return { session: await encoded(granted) };
      const session = registry.resolve(name);
      const request = { ...key, method: 'Snooze', sessionId: session.id };
      keeper.snooze(session.id, fromDate(until) ?? 0, request);
      return { session: await encoded(session) };
    }),
    explain: wrap.unary('Explain', async ({ session: name }) => {
      const other = externalName(name);
      if (other !== null) {
        const { session, verdicts } = await external.explain(other);
        return { session: encodeSession(session), verdicts: verdicts.map(encodeVerdict) };
      }
      const session = registry.resolve(name);
      const verdicts = keeper.explain(session.id).map(encodeVerdict);
      return { session: await encoded(session), verdicts };
    }),
  };
}
