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
      requestKey(requestId, { name });
      const session = registry.resolve(name);
      const cleared = keeper.acknowledge(session.id);
      return { session: await encoded(session), cleared };
    }),
    snooze: wrap.unary('Snooze', async ({ requestId, session: name, until }) => {
      requestKey(requestId, { name, until });
      const session = registry.resolve(name);
      keeper.snooze(session.id, fromDate(until) ?? 0);
      return { session: await encoded(session) };
    }),
    explain: wrap.unary('Explain', async ({ session: name }) => {
      const session = registry.resolve(name);
      const verdicts = keeper.explain(session.id).map(encodeVerdict);
      return { session: await encoded(session), verdicts };
    }),
  };
}
