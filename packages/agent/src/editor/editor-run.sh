#!/bin/bash
# Becomes a session's editor, with the session's environment and in its workspace:
#
#   editor-run.sh ENVFILE DIRECTORY LOG COMMAND…
#
# ENVFILE holds NAME=VALUE, NUL-separated, and is removed once read: words of users are in no arguments
# and in no unit. What the editor prints goes to LOG.

__berth_envfile=$1 __berth_directory=$2 __berth_log=$3
shift 3
exec <"/dev/null" >"$__berth_log" 2>&1
for __berth_entry in $(compgen -e); do
  case $__berth_entry in BERTH_SESSION_ID | BERTH_EDITOR_OF) ;; *) unset "$__berth_entry" ;; esac
done
mapfile -d '' -t __berth_env <"$__berth_envfile"
for __berth_entry in "${__berth_env[@]}"; do
  # Anything else is no name to bash, and a subscript in one would be evaluated.
  [[ ${__berth_entry%%=*} =~ ^[a-zA-Z_][a-zA-Z0-9_]*$ && $__berth_entry != __berth_* ]] &&
    export "$__berth_entry"
done
command -p rm -f -- "$__berth_envfile"
cd -- "$__berth_directory" || exit 126
exec -- "$@"
