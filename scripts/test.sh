#!/bin/sh
# `npm test`: installs what is missing, builds, tests. Arguments go to vitest: with any, only
# the tests they pick are run. The last line counts the tests: "N passed, N failed". Tests in
# test/lab are left to `npm run test:lab`.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/needs.sh

needs_check git ssh sshd tmux
[ -z "${CI:-}" ] || needs_check python-grpc zsh fish
[ -f node_modules/node-pty/build/Release/pty.node ] || [ "$(uname)" != Linux ] || needs_check compiler
if [ -n "$missing" ] && [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && [ "$(needs_manager)" = apt-get ]; then
  echo "test: installing $packages"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q </dev/null >/dev/null &&
    # shellcheck disable=SC2086 # one word a package
    apt-get install -y -q --no-install-recommends $packages </dev/null >/dev/null || exit 1
elif [ -n "$missing" ]; then
  echo "test: $(needs_line)" >&2
  exit 2
fi
sh scripts/first-use.sh test install || exit $?

case " $* " in
  *' --project'*) ;;
  *) set -- --project unit --project real "$@" ;;
esac
# Compiled once for the hundreds of times that the tests start the same programs.
export NODE_COMPILE_CACHE="$PWD/.berth/code"
results=.berth/test-results.json
mkdir -p .berth
rm -f "$results"
node_modules/.bin/node --disable-warning=ExperimentalWarning node_modules/vitest/vitest.mjs run \
  --reporter=default --reporter=json --outputFile.json="$results" "$@"
code=$?
node_modules/.bin/node scripts/test-summary.ts "$results" "$code" || code=1
exit "$code"
