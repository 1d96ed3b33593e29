/**
 * The units of the agent, as text. What each switch is for stands beside it; docs/security.md
 * explains the ones that keep somebody out.
 */

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** `program`: absolute path of berthd, as systemd is to run it. */
export function unitFiles({
  scope,
  program,
}: {
  scope: 'user' | 'system';
  program: string;
}): readonly UnitFile[] {
  return scope === 'user'
    ? [
        { name: 'berthd.socket', text: userSocket() },
        { name: 'berthd.service', text: userService(program) },
        { name: 'berth.slice', text: slice() },
      ]
    : [
        { name: 'berthd@.socket', text: socketOfUser() },
        { name: 'berthd@.service', text: serviceOfUser(program) },
        { name: 'berth-ledger.service', text: ledgerService(program) },
        { name: 'berth.slice', text: slice() },
      ];
}

/** A percent sign would begin a specifier, a space would end the word. */
function quoted(program: string): string {
  return program.replaceAll('%', '%%').replaceAll(' ', '\\x20');
}

/** What every agent's service has, whoever runs it. */
const LIFE = `Type=notify
NotifyAccess=all
Restart=on-failure
# Wrong settings, and a journal of a newer version, do not mend themselves.
RestartPreventExitStatus=2 6
RestartSec=200ms
# Fed only after the agent has checked itself: event loop, journal, terminals.
WatchdogSec=30s
TimeoutStartSec=60s
TimeoutStopSec=20s
TimeoutAbortSec=5s
# Sessions are units of their own: nothing of theirs ends with the agent.
KillMode=mixed
OOMScoreAdjust=-500
LimitNOFILE=65536
UMask=0077
`;

/** Sandboxing that needs no privileges to set up. Of sessions it holds nothing back: see docs/security.md. */
const HARDENING = `NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
`;

/** Of an agent, which is never root and starts nothing that becomes somebody else. */
const UNPRIVILEGED = `KeyringMode=private
SystemCallFilter=~@privileged @resources
`;

function userSocket(): string {
  return `[Unit]
Description=Socket of the Berth agent: calls wait here while it is restarted

[Socket]
ListenStream=%t/berth/agent.sock
FileDescriptorName=agent
SocketMode=0600
DirectoryMode=0700

[Install]
WantedBy=sockets.target
`;
}

function userService(program: string): string {
  return `[Unit]
Description=Berth agent
Requires=berthd.socket
After=berthd.socket
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
ExecStart=${quoted(program)} serve
EnvironmentFile=-%E/berth/berthd.env
${LIFE}${HARDENING}${UNPRIVILEGED}
[Install]
WantedBy=default.target
Also=berthd.socket
`;
}

function socketOfUser(): string {
  return `[Unit]
Description=Socket of the Berth agent of %i
Wants=berth-ledger.service

[Socket]
# The directory is the user's: nobody else can enter it.
ExecStartPre=/usr/bin/install -d -m 0700 -o %i /run/berth/users/%i
ListenStream=/run/berth/users/%i/agent.sock
FileDescriptorName=agent
SocketMode=0600
SocketUser=%i
# Where there is none, nobody is allowed: clients look.
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
`;
}

function serviceOfUser(program: string): string {
  return `[Unit]
Description=Berth agent of %i
Requires=berthd@%i.socket
Wants=berth-ledger.service
After=berthd@%i.socket berth-ledger.service
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
User=%i
ExecStart=${quoted(program)} serve --scope system
EnvironmentFile=-/etc/berth/berthd.env
${LIFE}${HARDENING}${UNPRIVILEGED}CapabilityBoundingSet=
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes

[Install]
WantedBy=multi-user.target
`;
}

function ledgerService(program: string): string {
  return `[Unit]
Description=Berth ledger: the memory that the agents of all users share
StartLimitIntervalSec=60
StartLimitBurst=20

[Service]
ExecStart=${quoted(program)} ledger
ExecReload=/bin/kill -HUP $MAINPID
EnvironmentFile=-/etc/berth/berthd.env
${LIFE}${HARDENING}CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateNetwork=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectClock=yes
ProtectHostname=yes
StateDirectory=berth
StateDirectoryMode=0755
RuntimeDirectory=berth
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes

[Install]
WantedBy=multi-user.target
`;
}

function slice(): string {
  return `# The agent sets MemoryMax= to the sum that its sessions may hold.
[Unit]
Description=All Berth sessions

[Slice]
MemoryAccounting=yes
CPUAccounting=yes
TasksAccounting=yes
`;
}
