#!/bin/sh
# Called by the hooks of coding agents, at every event of theirs:
#
#   berth-hook.sh TOOL session|installed [PAYLOAD]
#
# Puts PAYLOAD, or standard input, into the status directory of the session, whole, as a new file
# TOOL.NANOSECONDS-PID.event.json. Without a status directory it does nothing. It reads all that it is
# given, never fails and never prints, since a tool may take any of these for an error or an order.

# With `installed` and BERTH_HOOKED: the session has its hooks, and the tool calls the others besides.
if [ ! -d "${BERTH_STATUS_DIR:-}" ] || [ "$2-${BERTH_HOOKED:-}" = "installed-$1" ]; then
  [ $# -gt 2 ] || cat >/dev/null
  exit 0
fi

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
