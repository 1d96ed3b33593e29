#!/bin/sh
# Makes a checkout ready to run: dependencies, then the build. Called by ./berth, ./berthd and
# scripts/test.sh when something is missing. Broken off anywhere, the next run completes it:
# each step is judged by what its last act leaves behind. Two at once: the second one waits.
#
#   first-use.sh NAME [install]     NAME opens each line; install: no build
#
# Exit codes: 0 ready, 1 a step failed (its log is named), 2 a program is missing.
set -u
name=$1
goal=${2-build}
cd "$(dirname "$0")/.." || exit 1
. scripts/needs.sh

lock=.berth/first-use.lock
log=.berth/first-use.log

say() { echo "$name: $*" >&2; }

installed() {
  [ -x node_modules/node/bin/node ] && [ -f node_modules/.package-lock.json ] &&
    ! [ package-lock.json -nt node_modules/.package-lock.json ]
}

built() {
  for program in agent/dist/berthd.cjs client/dist/berth.cjs; do
    stamp=packages/${program%/*}/.stamp
    [ -f "packages/$program" ] && [ -f "$stamp" ] && ! [ package-lock.json -nt "$stamp" ] || return 1
  done
}

ready() { installed && { [ "$goal" = install ] || built; }; }

# The lock is a file with its owner's number, linked into place whole. One that its owner left
# behind is removed under a second lock, so that nobody removes the lock of whoever came next.
take_lock() {
  mkdir -p .berth || exit 1
  echo $$ >"$lock.$$" || exit 1
  trap 'rm -f "$lock.$$"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  told=
  until ln "$lock.$$" "$lock" 2>/dev/null; do
    owner=$(cat "$lock" 2>/dev/null) || continue
    if ! kill -0 "$owner" 2>/dev/null; then
      find .berth -name sweep -type d -mmin +1 -exec rmdir {} + 2>/dev/null
      if mkdir .berth/sweep 2>/dev/null; then
        [ "$(cat "$lock" 2>/dev/null)" != "$owner" ] || rm -f "$lock"
        rmdir .berth/sweep
        continue
      fi
    elif [ -z "$told" ]; then
      told=yes
      say "waiting for another first use (process $owner) to finish …"
    fi
    sleep 1
  done
  trap 'rm -f "$lock" "$lock.$$"' EXIT
}

# step WHAT COMMAND…: its output goes to the log.
step() {
  what=$1
  shift
  say "$what …"
  if ! "$@" </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "failed: $what; the whole output is in $(pwd)/$log"
    exit 1
  fi
}

ready && exit 0
needs_check node npm git ssh tmux
[ -f node_modules/node-pty/build/Release/pty.node ] || [ "$(uname)" != Linux ] || needs_check compiler
if [ -n "$missing" ]; then
  say "$(needs_line)"
  exit 2
fi

take_lock
installed || step 'first use: installing dependencies (npm ci), a minute or two' npm ci --include=dev --no-audit --no-fund
if [ "$goal" = build ] && ! built; then
  step 'building (npm run build)' npm run build
fi
