#!/bin/sh
# Called by the hooks of coding agents, at every event of theirs:
#
#   berth-hook.sh TOOL session|installed [PAYLOAD]
#
# Puts PAYLOAD, or standard input, into the status directory of the session, whole, as a new file
# TOOL.NANOSECONDS-PID.event.json. Without a status directory it does nothing; it never fails and
# never prints, since a tool may take either for an order.

[ -d "${BERTH_STATUS_DIR:-}" ] || exit 0
# The session has its hooks already, and the tool calls the installed ones besides.
[ "$2" = installed ] && [ "${BERTH_HOOKED:-}" = "$1" ] && exit 0

umask 077
stamp=$(date +%s%N 2>/dev/null)
case $stamp in
  '' | *[!0-9]*) stamp=$(date +%s)000000000 ;;
esac
new=$BERTH_STATUS_DIR/.$1.$stamp-$$
{
  if [ $# -gt 2 ]; then printf '%s' "$3"; else cat; fi >"$new" &&
    mv -f -- "$new" "$BERTH_STATUS_DIR/$1.$stamp-$$.event.json" || rm -f -- "$new"
} 2>/dev/null
exit 0
