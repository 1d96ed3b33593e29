/** `berth ssh`: a session on a host by the host's name, or a login by ssh itself. */
import { BerthError } from '@berth/shared/domain/berth-error';
import { findHost } from '../fleet/inventory.ts';
import { DEFAULT_SESSION } from '../fleet/resolve.ts';
import { defineCommand } from './command.ts';
import { connect } from './connect.ts';

export const ssh = defineCommand({
  usage: 'HOST [-- CMD…]',
  describe: 'Attach to a session on a host, made if it is not there; --plain, or a CMD: ssh alone.',
  example: 'berth ssh local -- uptime',
  flags: {
    'tmux-session': { type: 'string', value: 'NAME', describe: `which session (${DEFAULT_SESSION})` },
    plain: { type: 'boolean', describe: 'a login by ssh, without tmux' },
  },
  most: 1,
  rest: true,
  async run({ flags, words, rest }, context) {
    const [name] = words;
    if (name === undefined) {
      throw new BerthError('USAGE', 'berth ssh needs a host', { hint: 'see berth host list' });
    }
    const host = findHost(await context.hosts(), name);
    const { plain, 'tmux-session': session } = flags;
    const argv = rest ?? [];
    if (!plain && argv.length === 0) {
      const target = `${host.name}:${session ?? DEFAULT_SESSION}`;
      return await connect.run({ flags: {}, words: [target], rest: null }, context);
    }
    if (session !== undefined) {
      throw new BerthError(
        'USAGE',
        'cannot use --tmux-session with --plain or a command: they run without tmux',
        {
          hint: `in a session: berth exec ${host.name}:${session} CMD`,
        },
      );
    }
    const shell = await context.shell(host);
    // Ctrl-C is for what runs there.
    const heard = () => {};
    process.on('SIGINT', heard);
    try {
      return await shell.login(argv, { terminal: context.console.stdin.isTTY === true && argv.length === 0 });
    } finally {
      process.off('SIGINT', heard);
    }
  },
});
