/** `berth tunnel`: a local socket that speaks the gRPC of a host's agent. */

import { BerthError } from '@berth/shared/domain/berth-error';
import { findHost } from '../fleet/inventory.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { interruption } from './interruption.ts';

export const tunnel = defineCommand({
  usage: 'HOST',
  describe: "Print a local socket that speaks the gRPC of a host's agent.",
  example: 'berth tunnel local',
  flags: {},
  most: 1,
  async run({ words }, context) {
    const [name] = words;
    if (name === undefined) throw new BerthError('USAGE', 'berth tunnel takes one host');
    using interrupted = interruption();
    const found = findHost(await context.hosts(), name);
    const { socket, foreground } = await context.tunnel(found, { signal: interrupted.signal });
    const { console } = context;
    console.out(
      console.json ? `${toJson({ host: name, socket, foreground: foreground !== null })}\n` : `${socket}\n`,
    );
    if (!foreground) return 0;
    console.err('berth: the socket is there while this runs; end it with ctrl-c\n');
    await foreground;
    return interrupted.signal.aborted ? 130 : 0;
  },
});
