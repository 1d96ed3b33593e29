/** Attention put together: what is kept of it, and what watches for it. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { createStatusFiles } from './files/status-files.ts';
import { createToolTranscripts } from './files/tool-transcripts.ts';
import type { Log } from './log.ts';
import { AttentionKeeper, type AttentionKeeperOptions } from './sessions/attention-keeper.ts';
import { AttentionWatch, type AttentionWatchOptions } from './sessions/attention-watch.ts';
import { TokenCounter } from './sessions/token-counter.ts';

export function keepAttention({
  log,
  ...options
}: Omit<AttentionKeeperOptions, 'onProblem'> & { log: Log }): AttentionKeeper {
  return new AttentionKeeper({
    ...options,
    onProblem: (session, error) =>
      log.warn({ session, error: messageOf(error) }, 'cannot keep what is known of attention'),
  });
}

export function watchAttention({
  log,
  home,
  ...options
}: Omit<AttentionWatchOptions, 'statusFiles' | 'tokens' | 'log'> & {
  home: string;
  log: Log;
}): AttentionWatch {
  return new AttentionWatch({
    ...options,
    statusFiles: createStatusFiles(),
    tokens: new TokenCounter({
      keeper: options.keeper,
      transcripts: createToolTranscripts(home),
      createdAt: (session) => options.registry.get(session)?.createdAt ?? 0,
      onProblem: (session, error) =>
        log.warn({ session, error: messageOf(error) }, 'cannot read the transcript of a tool'),
    }),
    log: (level, fields, message) => log[level](fields, message),
  });
}
