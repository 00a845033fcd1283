# For system tests: an installation of their own, gone at the end.
# Sourced; prints "ok WHAT" and "not ok WHAT".
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
huying=$root/build/bin/huying
pack=$root/deploy/packs/tonglu
export HUYING_VAR
HUYING_VAR=$(mktemp -d /tmp/huying-system.XXXXXX)
chmod 755 "$HUYING_VAR"
out=$HUYING_VAR/out
mkdir "$out"

finish() {
	"$huying" down 2>/dev/null
	"$root/deploy/cluster.sh" destroy "$HUYING_VAR/pg" 2>/dev/null
	if [ -f "$HUYING_VAR/env" ]; then
		rm -rf "$(sed -n 's/^HUYING_RUN=//p' "$HUYING_VAR/env")"
	fi
	rm -rf "$HUYING_VAR"
}
trap finish EXIT

# is WHAT COMMAND...: ok when the command succeeds.
is() {
	local what=$1
	shift
	if "$@"; then echo "ok $what"; else echo "not ok $what"; fi
}
# same WHAT EXPECTED GOT
same() {
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		printf '  expected: %s\n  got:      %s\n' "$2" "$3"
	fi
}
# code WHAT EXPECTED COMMAND...: exit code
code() {
	local what=$1 want=$2 got
	shift 2
	"$@" >"$out/code.out" 2>"$out/code.err"
	got=$?
	same "$what" "$want" "$got"
}

start() {
	"$huying" up --sandbox 2>"$out/up.err" || { cat "$out/up.err"; echo "not ok the installation starts"; exit 1; }
	"$huying" clock set 2026-03-18T00:00+08:00 >/dev/null || exit 1
	"$huying" pack load "$pack" >"$out/pack.out" 2>&1 || { cat "$out/pack.out"; exit 1; }
	# shellcheck disable=SC1091
	set -a; . "$HUYING_VAR/env.sh"; set +a
}
sql() { psql "$HUYING_DB" -qAt -c "$1"; }
# within SECONDS COMMAND...: whether it becomes true
within() {
	local n=$(($1 * 10))
	shift
	while [ $n -gt 0 ]; do
		"$@" && return 0
		sleep 0.1
		n=$((n - 1))
	done
	return 1
}
# The services have worked off what there is.
quiet() { [ "$(sql 'SELECT run.quiet()')" = t ]; }
# free_ports N: the first of N in a row, below those that the kernel gives to others.
free_ports() {
	/usr/bin/python3 - "$1" <<-'PY'
	import random, socket, sys
	n = int(sys.argv[1])
	while True:
	    first = random.randrange(20000, 32000)
	    held = []
	    try:
	        for port in range(first, first + n):
	            s = socket.socket()
	            s.bind(("127.0.0.1", port))
	            held.append(s)
	        print(first)
	        break
	    except OSError:
	        continue
	PY
}
# TCP endpoints for the bus and its clients.
tcp() {
	local first
	first=$(free_ports 4)
	export HUYING_TCP=127.0.0.1 HUYING=$huying
	export HUYING_PUBLISH_TCP=tcp://127.0.0.1:$first
	export HUYING_LIVE_TCP=tcp://127.0.0.1:$((first + 1))
	export HUYING_LOG_TCP=tcp://127.0.0.1:$((first + 2))
	export HUYING_RING_TCP=tcp://127.0.0.1:$((first + 3))
}
