#!/bin/bash
# make bench: figures of this machine, side by side in one run; a table and
# build/bench.json.  Own cluster, own data, gone at the end.
set -eu
cd "$(dirname "$0")/../.."
huying=build/bin/huying
bench=build/${MODE:-release}/bench/bench_bus
export HUYING_VAR
HUYING_VAR=$(mktemp -d /tmp/huying-bench.XXXXXX)
chmod 755 "$HUYING_VAR"
bus=
cleanup() {
	[ -z "$bus" ] || kill "$bus" 2>/dev/null || true
	$huying down 2>/dev/null || true
	deploy/cluster.sh destroy "$HUYING_VAR/pg" || true
	rm -rf "$HUYING_VAR"
}
trap cleanup EXIT
figures=$HUYING_VAR/figures

$huying up --sandbox 2>/dev/null
$huying clock set 2026-03-18T00:00+08:00 >/dev/null
$huying pack load deploy/packs/tonglu >/dev/null
$huying clock run >/dev/null
set -a
# shellcheck disable=SC1091
. "$HUYING_VAR/env.sh"
set +a

machine="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(free -g | awk '/^Mem/{print $2}') GiB"
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
fsync=$(cd /tmp && "$bin/pg_test_fsync" -s 1 -f "/tmp/huying-fsync.$$" 2>/dev/null |
	awk '/fdatasync/ && /usecs/ { print $(NF-1); exit }')
rm -f "/tmp/huying-fsync.$$"

# The whole chain, with all services; the best of three rounds is not taken:
# the median is.
median() { sort -n -k2,2 | awk '{ l[NR] = $0 } END { print l[int((NR + 1) / 2)] }'; }
for n in 0 2000 4000; do $bench chain 2000 $n; done | median >>"$figures"

# The log, over what the chain left behind.
for _ in 1 2 3; do $bench replay 2>/dev/null; done | median >>"$figures"

# The bus alone: publishing without services that take their share.
$huying down 2>/dev/null
deploy/cluster.sh start "$HUYING_VAR/pg" "$HUYING_RUN"
HUYING_DB="$HUYING_DB user=huying_bus" build/bin/bus 2>"$HUYING_VAR/bus.log" &
bus=$!
for _ in 1 2 3; do $bench publish 20000; done | median >>"$figures"
for _ in 1 2 3; do $bench latency 1000 5; done >"$HUYING_VAR/latency"
grep p50 "$HUYING_VAR/latency" | median >>"$figures"
grep p99 "$HUYING_VAR/latency" | median >>"$figures"

date=$(date +%F)
mkdir -p build
awk -v machine="$machine" -v date="$date" '
	BEGIN { printf "[" }
	{ printf "%s\n {\"name\": \"%s\", \"value\": %s, \"unit\": \"%s\", \"peers\": {}, \"machine\": \"%s\", \"date\": \"%s\"}",
		(NR > 1 ? "," : ""), $1, $2, $3, machine, date }
	END { printf "\n]\n" }' "$figures" >build/bench.json
echo "machine  $machine"
echo "fsync    ${fsync:-?} us (fdatasync, 8 KiB); date $date; medians of three rounds"
echo
awk '{ printf "%-24s %12s %s\n", $1, $2, $3 }' "$figures"
echo
echo "written to build/bench.json"
