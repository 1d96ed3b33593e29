/** The systemd units of an agent that its host starts: for each user, or for the whole machine. */

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** `program` is the absolute path of berthd. */
export function unitFiles({ scope, program }: { scope: 'user' | 'system'; program: string }): UnitFile[] {
  const wantedBy = scope === 'user' ? 'default.target' : 'multi-user.target';
  const socket = scope === 'user' ? '%t/berth/agent.sock' : '/run/berth/agent.sock';
  const service = [
    '[Unit]',
    'Description=Berth agent',
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${program} serve`,
    'Restart=on-failure',
    'KillMode=mixed',
    'OOMScoreAdjust=-100',
    '',
    '[Install]',
    `WantedBy=${wantedBy}`,
  ];
  return [
    { name: 'berthd.service', text: `${service.join('\n')}\n` },
    {
      name: 'berthd.socket',
      text: `[Unit]\nDescription=Socket of the Berth agent\n\n[Socket]\nListenStream=${socket}\nSocketMode=0600\nDirectoryMode=0700\n\n[Install]\nWantedBy=sockets.target\n`,
    },
    { name: 'berth.slice', text: '[Unit]\nDescription=Sessions of Berth\n' },
  ];
}
