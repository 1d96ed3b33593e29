/** berth.v1.AttentionService. */
import type { AttentionServiceServer } from '@berth/shared/gen/berth/v1/attention';
import { encodeVerdict } from '@berth/shared/wire/attention';
import { fromDate } from '@berth/shared/wire/scalar';
import { encodeSession } from '@berth/shared/wire/session';
import type { Session } from '../domain/session.ts';
import type { AttentionKeeper } from '../sessions/attention-keeper.ts';
import type { Describe } from '../sessions/describe.ts';
import type { Registry } from '../sessions/registry.ts';
import type { Wrapper } from './handler.ts';
import { requestKey } from './orders.ts';

export function attentionService(options: {
  wrap: Wrapper;
  registry: Registry;
  keeper: AttentionKeeper;
  describe: Describe;
}): AttentionServiceServer {
  const { wrap, registry, keeper, describe } = options;
  const encoded = async (session: Session) => encodeSession(await describe(session));
  return {
    acknowledge: wrap.unary('Acknowledge', async ({ requestId, session: name }) => {
      const key = requestKey(requestId, { name });
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
      const granted = registry.granted('Snooze', key);
      if (granted) return { session: await encoded(granted) };
      const session = registry.resolve(name);
      const request = { ...key, method: 'Snooze', sessionId: session.id };
      keeper.snooze(session.id, fromDate(until) ?? 0, request);
      return { session: await encoded(session) };
    }),
    explain: wrap.unary('Explain', async ({ session: name }) => {
      const session = registry.resolve(name);
      const verdicts = keeper.explain(session.id).map(encodeVerdict);
      return { session: await encoded(session), verdicts };
    }),
  };
}
