/** berth.v1.EventService: the journal from a number on. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { EventServiceServer, WatchRequest, WatchResponse } from '@berth/shared/gen/berth/v1/event';
import { encodeEvent } from '@berth/shared/wire/event';
import { toBytes, toDate } from '@berth/shared/wire/scalar';
import type { Feed } from '../journal/feed.ts';
import type { Journal } from '../sessions/journal-port.ts';
import type { Wrapper } from './handler.ts';

const BATCH = 500;

export function eventService(options: { wrap: Wrapper; journal: Journal; feed: Feed }): EventServiceServer {
  const { wrap, journal, feed } = options;

  async function* watch(request: WatchRequest, signal: AbortSignal): AsyncGenerator<WatchResponse> {
    const { oldest, newest } = journal.eventRange();
    const { onlyNew, sinceTime } = request;
    const asked = sinceTime ? journal.numberBefore(sinceTime.getTime()) : toBytes(request.since);
    let since = onlyNew ? newest : asked;
    if (!sinceTime && since > 0 && since < oldest - 1) {
      throw new BerthError('EVENTS_GONE', `the events before ${oldest} are gone`, {
        values: { oldest: String(oldest) },
      });
    }
    const range = {
      oldest: BigInt(oldest),
      newest: BigInt(newest),
      oldestAt: toDate(journal.oldestEventAt()),
    };
    const opened = { journalId: journal.journalId, ...range };
    yield { message: { $case: 'opened', opened } };
    using follower = request.follow ? feed.follow() : null;
    while (!signal.aborted) {
      const batch = journal.events(since, BATCH);
      for (const event of batch) {
        since = event.number;
        yield { message: { $case: 'event', event: encodeEvent(event) } };
      }
      if (batch.length > 0) continue;
      if (!request.follow) return;
      follower?.caughtUp();
      await feed.next(signal);
    }
  }

  return {
    watch: wrap.serverStream('Watch', (request: WatchRequest, { signal }) => watch(request, signal)),
  };
}
