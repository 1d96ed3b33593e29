/** Programs that serve at a Unix socket as code-server does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE } from './programs.ts';
import type { Sandbox } from './sandbox.ts';

/** For hosts that have no Node: in Perl. */
const PROGRAM = `#!/usr/bin/perl
use IO::Socket::UNIX;
if ($ARGV[0] eq '--version') { print "2.3.4 abc with Code 2.3.4\\n"; exit }
for (0 .. $#ARGV - 1) { $path = $ARGV[$_ + 1] if $ARGV[$_] eq '--socket' }
$server = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 50) or die "cannot listen: $!";
$SIG{CHLD} = 'IGNORE';
while (1) {
  $one = $server->accept or next;
  next if fork;
  while (<$one>) { last if /^\\r?$/ }
  print $one "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
  exit;
}
`;

/** As it is to be installed: for `berth host code install --from`. */
export function makeStandInEditor(directory: string): string {
  mkdirSync(join(directory, 'bin'), { recursive: true });
  writeFileSync(join(directory, 'bin/code-server'), PROGRAM, { mode: 0o755 });
  return directory;
}

const SERVE = `
const socket = process.argv[process.argv.indexOf('--socket') + 1];
require('node:http').createServer((_, answer) => answer.end('the page')).listen(socket);`;

/** Installed in the sandbox, in Node; `script`: what it does instead of serving a page. */
export function giveStandInEditor({ home }: Sandbox, script = SERVE): void {
  const directory = join(home, '.local/share/berth/code-server/1.0.0/bin');
  mkdirSync(directory, { recursive: true });
  const version =
    "if (process.argv[2] === '--version') { console.log('1.0.0 abc with Code 1.0.0'); process.exit(0); }";
  writeFileSync(join(directory, 'code-server'), `#!${NODE}\n${version}\n${script}\n`, { mode: 0o755 });
}
