/** `berth version`: of this client, and of agents where asked. */

import { oneLine } from '@berth/shared/domain/text';
import { VERSION } from '@berth/shared/domain/version';
import { inventory } from '../fleet/inventory.ts';
import { toJson } from '../render/json.ts';
import { defineCommand } from './command.ts';
import { reachCode, warnUnreachable } from './target.ts';

export const version = defineCommand({
  usage: '',
  describe: 'The version of this client, and of agents.',
  example: 'berth version --all',
  flags: {
    all: { type: 'boolean', describe: 'also of the agents of all hosts' },
    host: { type: 'list', value: 'HOST', describe: 'also of the agent of this host' },
  },
  most: 0,
  async run({ flags }, context) {
    const { console } = context;
    const ask = flags.all || flags.host.length > 0;
    const answers = ask
      ? await inventory(context, { hosts: flags.all ? [] : flags.host, withHost: true })
      : [];
    const agents = answers.map((a) => ({
      name: a.host.name,
      version: a.ok ? (a.value.host?.version ?? '') : null,
      error: a.ok ? null : a.error.message,
    }));
    if (console.json) console.out(`${toJson({ client: VERSION, agents })}\n`);
    else {
      console.out(`berth ${VERSION}\n`);
      for (const agent of agents)
        if (agent.version !== null) console.out(`${oneLine(agent.name)} ${oneLine(agent.version)}\n`);
    }
    warnUnreachable(context, answers);
    return reachCode(answers);
  },
});
