#!/bin/sh
# Appends standard input to DIRECTORY/transcript. Called by tmux's pipe-pane:
#
#   sink.sh DIRECTORY
#
# A full disk ends cat, and with it what cat held in its hands (at most 128 KiB). This waits for
# room, notes the offset at which bytes are missing in DIRECTORY/gaps, and goes on.
until cat >>"$1/transcript" 2>/dev/null; do
  until head -c 262144 /dev/zero >"$1/room" 2>/dev/null; do sleep 1; done
  rm -f "$1/room"
  wc -c <"$1/transcript" >>"$1/gaps"
done
