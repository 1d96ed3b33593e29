/** The same for each of several sessions: a line for each failure, and the worst exit code. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { isExternal } from '@berth/shared/domain/external-session';
import { oneLine } from '@berth/shared/domain/text';
import type { Context } from '../context.ts';
import type { Place } from '../fleet/resolve.ts';
import { asBerthError, renderError, withCommand, worst } from '../render/errors.ts';
import type { HostClient } from '../rpc/host-client.ts';

export interface EachTarget<T> {
  /** For hints. */
  readonly command: string;
  readonly context: Context;
  readonly work: (place: Place, client: HostClient) => Promise<T>;
}

/** What came of those that worked, in the order given. */
export async function eachTarget<T>(
  targets: readonly (Place | BerthError)[],
  { command, context, work }: EachTarget<T>,
): Promise<{ done: T[]; code: number }> {
  const outcomes = await Promise.all(
    targets.map(async (target) => {
      try {
        if (target instanceof BerthError) throw target;
        return { value: await work(target, await context.connect(target.host)) };
      } catch (error) {
        context.console.err(renderError(withCommand(error, command), context.console));
        return { code: asBerthError(error).exitCode };
      }
    }),
  );
  const done = outcomes.flatMap((outcome) => ('value' in outcome ? [outcome.value] : []));
  return { done, code: worst(outcomes.map((outcome) => ('code' in outcome ? outcome.code : 0))) };
}

/** How JSON names a session. */
export function namedJson({ host, session }: Place) {
  return { session_id: session.id, name: session.name, vm_name: host.name };
}

/** `sess-… (name)`, for lines that people read. */
export function namedText({ id, name }: Place['session']): string {
  if (isExternal(id)) return oneLine(id);
  return name ? `${id} (${oneLine(name)})` : id;
}
