/** What runs on a host to make a version that was brought its agent: settings first, then the agent's own set-up. */
import type { HostConfig } from '../config/remotes.ts';
import { versionsDirectory } from './upload.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: a parameter of the host's shell
const USER_SETTINGS = '"${XDG_CONFIG_HOME:-$HOME/.config}/berth/berthd.env"';

/** $1: version; then settings as NAME=VALUE, in the place of what berthd.env has under their names. */
export function setupScript(scope: HostConfig['scope']): string {
  return `
version=$1
shift
if [ $# -gt 0 ]; then
  file=${scope === 'user' ? USER_SETTINGS : '/etc/berth/berthd.env'}
  mkdir -p "$(dirname "$file")"
  touch "$file"
  for setting do
    { grep -v "^\${setting%%=*}=" "$file"; printf '%s\\n' "$setting"; } >"$file.new"
    mv "$file.new" "$file"
  done
fi
exec ${versionsDirectory(scope)}/"$version"/berthd setup --${scope} --json
`;
}

/** What remotes.yaml says of the host that its agent has to know. `slots`: undefined: as its memory tells. */
export function agentSettings({ sessionsDir }: HostConfig, slots: number | undefined): string[] {
  return [
    ...(slots === undefined ? [] : [`BERTHD_SLOTS=${slots}`]),
    ...(sessionsDir === undefined ? [] : [`BERTHD_EXTERNAL_SESSIONS=${sessionsDir}`]),
  ];
}
