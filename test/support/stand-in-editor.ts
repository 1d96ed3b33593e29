/** A program that serves at a Unix socket as code-server does, for hosts that have no Node: in Perl. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
