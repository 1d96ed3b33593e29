#!/bin/sh
# Runs one command beside a session and tells its end:
#
#   exec-run.sh DIRECTORY [TERMINAL]
#
# DIRECTORY holds `what`, assignments that say what to run, and pipes: `in`, `out` and `err` of the
# command (TERMINAL stands for all three), `told`, to which this writes "begun PID WATCHER" and "ended CODE",
# and `hold`. As long as the agent lives it holds that open; where it closes without a word, nobody
# waits for the command any more, and it is ended.

# Trapped, not ignored: this outlives signals to its group, the command gets the usual dispositions.
trap : HUP INT QUIT TERM ALRM USR1 USR2
cd -- "$1" || exit 1
exec 3>told 4<hold
(
  trap '' HUP INT QUIT TERM ALRM USR1 USR2
  exec 3>&-
  read -r word <&4 && exit 0
  kill -s TERM -- "-$$"
  sleep 3
  kill -s KILL -- "-$$"
) &
watcher=$!
exec 4<&-
# Opened by the leader of a terminal session that has none, it becomes the controlling one.
if [ -n "$2" ]; then
  exec <"$2" >"$2" 2>&1
  stty iutf8
fi
(
  [ -n "$2" ] || exec <in >out 2>err
  . ./what
  printf 'begun %s %s\n' "$$" "$watcher" >&3
  exec 3>&-
  # In a shell of its own: a variable of the command may have the name of one that is set here.
  (
    case $1 in
    */*) [ -e "$1" ] && exit 0 ;;
    *)
      IFS=:
      set -f
      for place in $PATH; do
        [ -f "${place:-.}/$1" ] && [ -x "${place:-.}/$1" ] && exit 0
      done
      ;;
    esac
    exit 1
  ) || {
    printf 'berth: command not found: %s\n' "$1" >&2
    exit 127
  }
  exec "$@"
)
printf 'ended %s\n' "$?" >&3
