/** Ids of the sessions that a `berth start --json` made. */
import type { BerthOptions, Sandbox } from './sandbox.ts';

interface StartedSessions {
  readonly sessions: readonly { readonly session_id: string }[];
}

/** Runs a `start --json …` of one session, and returns its id. */
export async function startedId(
  sandbox: Sandbox,
  args: readonly string[],
  options: BerthOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await sandbox.berth(args, options);
  if (code !== 0) throw new Error(`berth ${args.join(' ')} exited with ${code}: ${stderr}`);
  const { sessions } = JSON.parse(stdout) as StartedSessions;
  const id = sessions[0]?.session_id;
  if (!id) throw new Error(`no session in ${stdout}`);
  return id;
}
