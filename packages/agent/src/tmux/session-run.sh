#!/bin/bash
# Runs one session's command and records its end. Called as the main process of the terminal:
#
#   session-run.sh DIRECTORY ENVFILE MARKER
#
# DIRECTORY/argv holds the command, NUL-separated: it is data, no shell parses it. ENVFILE holds
# NAME=VALUE, NUL-separated, and is removed once read. MARKER is printed after all output, then
# DIRECTORY/exit appears, by rename, with "CODE MILLISECONDS", and "stopped" where the wrapper was
# told to end as well: all of the session was, as by a host that goes down.
#
# DIRECTORY/prelude, where it is there, holds a command in the same form that fills the workspace. It
# runs first, until it has succeeded once; where it fails the command does not run, and the record of
# the end says "unprepared".

# Trapped, not ignored: the wrapper outlives the signal, the command gets the usual dispositions.
trap : HUP INT QUIT ALRM USR1 USR2
trap '__berth_stopped=" stopped"' TERM

# Names that no environment brings along: a variable of the session must not replace one of these.
__berth_directory=$1 __berth_envfile=$2 __berth_marker=$3 __berth_stopped=

# bash tells on its standard error which signal ended a child, and which locale it does not know;
# that is no output of the session.
exec 3>&2 2>/dev/null
mapfile -d '' -t __berth_argv <"$__berth_directory/argv"
(
  for __berth_entry in $(compgen -e); do
    case $__berth_entry in TERM | TMUX | TMUX_PANE) ;; *) unset "$__berth_entry" ;; esac
  done
  mapfile -d '' -t __berth_env <"$__berth_envfile"
  for __berth_entry in "${__berth_env[@]}"; do
    # Anything else is no name to bash, and a subscript in one would be evaluated.
    [[ ${__berth_entry%%=*} =~ ^[a-zA-Z_][a-zA-Z0-9_]*$ && $__berth_entry != __berth_* ]] &&
      export "$__berth_entry"
  done
  command -p rm -f -- "$__berth_envfile"
  exec 2>&3 3>&-
  # The workspace may be a link: programs are to see the directory itself.
  cd -P -- "$__berth_directory/workspace" || exit 126
  if [[ -s $__berth_directory/prelude ]]; then
    mapfile -d '' -t __berth_prelude <"$__berth_directory/prelude"
    printf '$ %s\n' "${__berth_prelude[*]}"
    # What was left by a try that broke off.
    command -p find . -mindepth 1 -delete || exit
    GIT_TERMINAL_PROMPT=0 "${__berth_prelude[@]}" || exit
    command -p rm -f -- "$__berth_directory/prelude"
    cd -P . || exit
  fi
  if [[ ${__berth_argv[0]} != */* ]] && ! type -P -- "${__berth_argv[0]}" >/dev/null; then
    printf 'berth: command not found: %s\n' "${__berth_argv[0]}" >&2
    exit 127
  fi
  exec -- "${__berth_argv[@]}"
)
__berth_status=$?

__berth_unprepared=
[[ -s $__berth_directory/prelude ]] && __berth_unprepared=" unprepared"

printf '%s' "$__berth_marker"
if [[ -n $EPOCHREALTIME ]]; then
  __berth_ended=${EPOCHREALTIME/[.,]/}
  __berth_ended=${__berth_ended%???}
else
  printf -v __berth_ended '%(%s)T000' -1
fi
# In place and padded: a full disk has no room for a new block, but this one is there.
printf '%-63s\n' "$__berth_status $__berth_ended$__berth_stopped$__berth_unprepared" 1<>"$__berth_directory/exit.tmp"
# Out of memory or processes, the first try may not get its own.
for __berth_try in 1 2 3 4 5; do
  mv -f -- "$__berth_directory/exit.tmp" "$__berth_directory/exit" && break
  sleep 0.2
done
exit "$__berth_status"
