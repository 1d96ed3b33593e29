#!/bin/bash
# Runs one session's command and records its end. Called as the main process of the terminal:
#
#   session-run.sh DIRECTORY ENVFILE MARKER
#
# DIRECTORY/argv holds the command, NUL-separated: it is data, no shell parses it. ENVFILE holds
# NAME=VALUE, NUL-separated, and is removed once read. MARKER is printed after all output, then
# DIRECTORY/exit appears, by rename, with "CODE MILLISECONDS".

# Trapped, not ignored: the wrapper outlives the signal, the command gets the usual dispositions.
trap : HUP INT QUIT TERM USR1 USR2

directory=$1 envfile=$2 marker=$3
mapfile -d '' -t argv <"$directory/argv"

# bash tells on its standard error which signal ended a child; that is no output of the session.
exec 3>&2 2>/dev/null
(
  exec 2>&3 3>&-
  for name in $(compgen -e); do
    case $name in TERM | TMUX | TMUX_PANE) ;; *) unset "$name" ;; esac
  done
  while IFS= read -r -d '' entry; do export "${entry?}"; done <"$envfile"
  command -p rm -f -- "$envfile"
  cd -- "$BERTH_WORKSPACE" || exit 126
  if ! type -P -- "${argv[0]}" >/dev/null; then
    printf 'berth: command not found: %s\n' "${argv[0]}" >&2
    exit 127
  fi
  exec -- "${argv[@]}"
)
status=$?

printf '%s' "$marker"
ended=${EPOCHREALTIME/[.,]/}
# In place and padded: a full disk has no room for a new block, but this one is there.
printf '%-63s\n' "$status ${ended%???}" 1<>"$directory/exit.tmp"
mv -f -- "$directory/exit.tmp" "$directory/exit"
exit "$status"
