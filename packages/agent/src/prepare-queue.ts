/** Who gets a slot, and who waits in line for one: put together from what both of them need. */
import { randomInt } from 'node:crypto';
import { messageOf } from '@berth/shared/domain/berth-error';
import { ID_SPACE, sessionId } from '@berth/shared/domain/session-id';
import { bootId } from './host.ts';
import type { Log } from './log.ts';
import { Admission, type AdmissionOptions } from './sessions/admission.ts';
import { Queue, type QueueOptions } from './sessions/queue.ts';

export function prepareQueue(
  parts: Omit<AdmissionOptions, 'newId'> & Omit<QueueOptions, 'bootId' | 'onProblem'> & { readonly log: Log },
): { admission: Admission; queue: Queue } {
  return {
    admission: new Admission({ ...parts, newId: () => sessionId(Date.now(), randomInt(ID_SPACE)) }),
    queue: new Queue({
      ...parts,
      bootId: bootId(),
      onProblem: (error) => parts.log.warn({ error: messageOf(error) }, 'nobody can leave the line yet'),
    }),
  };
}
