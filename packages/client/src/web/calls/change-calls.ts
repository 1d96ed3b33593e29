/** What is done to a session. None of it stops where the page waits no more. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { nameProblem } from '@berth/shared/domain/text';
import { z } from 'zod';
import type { CallPorts, Calls } from './call.ts';
import { onSession, SESSION } from './find-session.ts';

const GRACE_MS = 10_000;
const ONLY_SESSION = z.strictObject({ session: SESSION });
const TEXT = z.string().max(1000);

type ChangeCalls = Pick<Calls, 'kill' | 'acknowledge' | 'snooze' | 'rename' | 'tag' | 'suspend' | 'resume'>;

export function changeCalls(ports: CallPorts): ChangeCalls {
  return {
    kill: {
      params: ONLY_SESSION,
      run: ({ session }) =>
        onSession(session, ports, (client, request) => {
          const options = { deadlineMs: GRACE_MS + 30_000 };
          return client.kill({ ...request, graceMs: GRACE_MS, signal: '' }, options);
        }),
    },
    acknowledge: {
      params: ONLY_SESSION,
      run: ({ session }) => onSession(session, ports, (client, request) => client.acknowledge(request)),
    },
    snooze: {
      params: z.strictObject({ session: SESSION, until: z.iso.datetime() }),
      run: ({ session, until }) =>
        onSession(session, ports, (client, request) =>
          client.snooze({ ...request, until: Date.parse(until) }),
        ),
    },
    rename: {
      params: z.strictObject({ session: SESSION, name: TEXT }),
      run: ({ session, name }) =>
        onSession(session, ports, (client, request) => {
          const problem = nameProblem(name);
          if (problem) throw new BerthError('NAME_INVALID', `a session cannot be called that: ${problem}`);
          return client.update({ ...request, name, setTags: {}, removeTags: [] });
        }),
    },
    tag: {
      params: z.strictObject({ session: SESSION, set: z.record(TEXT, TEXT), remove: z.array(TEXT).max(100) }),
      run: ({ session, set, remove }) =>
        onSession(session, ports, (client, request) =>
          client.update({ ...request, name: null, setTags: set, removeTags: [...remove] }),
        ),
    },
    suspend: {
      params: ONLY_SESSION,
      run: ({ session }) => onSession(session, ports, (client, request) => client.suspend(request)),
    },
    resume: {
      params: ONLY_SESSION,
      run: ({ session }) => onSession(session, ports, (client, request) => client.resume(request)),
    },
  };
}
