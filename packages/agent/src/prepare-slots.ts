/** The slots of the host: who gets one, who waits in line for one, and how one goes back, put together. */
import { randomInt } from 'node:crypto';
import { messageOf } from '@berth/shared/domain/berth-error';
import { ID_SPACE, sessionId } from '@berth/shared/domain/session-id';
import { bootId } from './host.ts';
import type { Log } from './log.ts';
import { Admission, type AdmissionOptions } from './sessions/admission.ts';
import { Queue, type QueueOptions } from './sessions/queue.ts';
import { SlotReturns } from './sessions/slot-returns.ts';

type Parts = Omit<AdmissionOptions, 'newId' | 'giveBack'> &
  Omit<QueueOptions, 'bootId' | 'onProblem' | 'giveBack'> & { readonly log: Log };

export interface Slots extends AsyncDisposable {
  readonly admission: Admission;
  readonly queue: Queue;
}

export function prepareSlots(parts: Parts): Slots {
  const { registry, sharedLedger, log } = parts;
  const returns = sharedLedger
    ? new SlotReturns({
        registry,
        ledger: sharedLedger,
        onProblem: (session, error) =>
          log.warn({ session, error: messageOf(error) }, 'cannot give a slot back yet'),
      })
    : null;
  const all = { ...parts, giveBack: async (session: string) => await returns?.giveBack(session) };
  const queue = new Queue({
    ...all,
    bootId: bootId(),
    onProblem: (error) => log.warn({ error: messageOf(error) }, 'nobody can leave the line yet'),
  });
  return {
    admission: new Admission({ ...all, newId: () => sessionId(Date.now(), randomInt(ID_SPACE)) }),
    queue,
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      returns?.[Symbol.dispose]();
    },
  };
}
