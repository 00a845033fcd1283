#!/bin/bash
# make bench: figures of this machine, side by side in one run; a table and
# build/bench.json.  Own cluster, own data, own servers, gone at the end.
#
#   run.sh [PART ...]    one or more of
#     chain     reports from publish to task.assigned, all services running
#     memory    of each process, idle and after the load of the other parts
#     start     from exec to ready
#     publish   durable publishes a second, one and several clients
#     latency   of acknowledgements, at several loads
#     peers     the same of what the bus is compared with: publish at full
#               speed, latency at 1,000/s and 10,000/s
#     flush     publish where a flush takes 2 ms and 10 ms longer
#     live      from publish to a subscriber
#     fanout    to 1, 4 and 16 subscribers
#     replay    through the log endpoint
#     herd      200,000 limits that run out at one instant, reports coming in
#     million   a report's way with a million casefiles open, and without
#
# No part: all.  QUICK=1: shorter, for a look.  QUIET=30: before each round,
# wait up to 30 s for a machine on which nobody else is at work.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/peers.sh
. tests/bench/peers.sh
all="chain memory start publish latency peers flush live fanout replay herd million"
parts=" ${*:-$all} "
for part in $parts; do
	[[ " $all " == *" $part "* ]] || {
		echo "bench: no part \"$part\"; there are: $all" >&2
		exit 2
	}
done
huying=build/bin/huying
bench=build/${MODE:-release}/bench
services="intake dispatcher enforcement mediation scoring"
rounds=3
if [ -n "${QUICK:-}" ]; then
	flood=1 pace=1.5 live=1.5 fan=1 chain=500 chain_s=2 replay=200000
	rates="1000 10000" ears="1 16"
else
	flood=4 pace=4 live=4 fan=2 chain=2000 chain_s=5 replay=500000
	rates="1000 5000 10000 20000" ears="1 4 16"
fi

HUYING_VAR=$(mktemp -d /var/tmp/huying-bench.XXXXXX)
export HUYING_VAR
chmod 755 "$HUYING_VAR"
figures=$HUYING_VAR/figures
failed=0
suffix= # of the names of the figures to come
bus=
report=0 # number of the next report for the chain
: >"$figures"

cleanup() {
	[ -z "$bus" ] || kill "$bus" 2>/dev/null || true
	peers_stop
	$huying down 2>/dev/null || true
	deploy/cluster.sh destroy "$HUYING_VAR/pg" || true
	rm -rf "$HUYING_VAR"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

has() { [[ $parts == *" $1 "* ]]; }

# Idle and all time of all processors, since the machine began.
cpu_time() { awk '/^cpu / { print $5 + $6, $2 + $3 + $4 + $5 + $6 + $7 + $8 }' /proc/stat; }

await_quiet() {
	local until=$((SECONDS + ${QUIET:-0})) before after
	while [ $SECONDS -lt $until ]; do
		read -r -a before < <(cpu_time)
		sleep 1
		read -r -a after < <(cpu_time)
		if ((10 * (after[0] - before[0]) > 8 * (after[1] - before[1]))); then
			return
		fi
	done
}

# One program, one round: its lines are figures.  Some of those before have
# left to the kernel what they wrote; nobody is to pay for another's flush.
take() {
	sync -f "$HUYING_VAR"
	await_quiet
	timeout 120 "$bench/$@" >"$HUYING_VAR/round" || {
		failed=1
		say "failed: $*"
	}
	sed "s/^[^@/ ]*/&$suffix/" "$HUYING_VAR/round" >>"$figures"
}

say() { echo "bench: $*" >&2; }

begin() {
	$huying up --sandbox 2>/dev/null
	$huying clock set 2026-03-18T00:00+08:00 >/dev/null
	$huying pack load deploy/packs/tonglu >/dev/null
	$huying clock run >/dev/null
	set -a
	# shellcheck disable=SC1091
	. "$HUYING_VAR/env.sh"
	set +a
}

# Resident and proportional memory of a process, MiB, as two figures.
memory_of() {
	awk -v f="$1" '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 }
		END { printf "%s %.1f MiB\n%s.pss %.1f MiB\n", f, r / 1024, f, p / 1024 }' \
		"/proc/$2/smaps_rollup"
}

# Of those of "huying up" that are named; memory.service.max is the largest.
memory_all() {
	local state=$1 names=" ${*:2} " name pid
	while read -r name pid; do
		[[ $names != *" $name "* ]] || memory_of "memory.$name$state" "$pid"
	done <"$HUYING_VAR/pids" >"$HUYING_VAR/memory"
	cat "$HUYING_VAR/memory" >>"$figures"
	grep -v -e '\.pss ' -e '^memory\.bus' "$HUYING_VAR/memory" | sort -n -k2,2 |
		tail -1 | sed "s/^[^ ]*/memory.service.max$state/" >>"$figures"
}

part_chain() {
	local i
	for ((i = 0; i < rounds; i++)); do
		take bench_chain flood $chain $report
		report=$((report + chain))
		take bench_chain paced 100 $chain_s $report
		report=$((report + 100 * chain_s))
	done
}

# As a stopped installation comes up again.
part_memory() {
	local before
	$huying down 2>/dev/null
	before=$EPOCHREALTIME
	$huying up 2>/dev/null
	has start && awk -v a="$before" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "start.all %.3f s\n", b - a }' >>"$figures"
	sleep 2
	memory_all "" bus $services
}

with_services() {
	if has memory; then
		say "memory, idle"
		part_memory
	fi
	if has chain; then
		say "chain"
		part_chain
		if has memory; then memory_all .loaded $services; fi
	fi
	$huying down 2>/dev/null
	deploy/cluster.sh start "$HUYING_VAR/pg" "$HUYING_RUN"
}

as_role() { env HUYING_DB="$HUYING_DB user=huying_$1" "${@:2}" 2>>"$HUYING_VAR/log/bench.log"; }

part_start() {
	local i name
	for ((i = 0; i < rounds; i++)); do
		take_start bus bus
		for name in $services; do
			take_start service $name
		done
	done
}

take_start() {
	as_role "$2" "$bench/bench_start" "$1" "build/bin/$2" >>"$figures" || {
		failed=1
		say "failed: start of $2"
	}
}

# Everybody in turn, round after round.
part_publish() {
	local i
	for ((i = 0; i < rounds; i++)); do
		take bench_bus flood $flood 1
		if has peers; then
			take bench_jetstream flood $flood 1
			take bench_redis flood $flood 1
			take bench_bare $flood
			take bench_bare $flood event
		fi
		take bench_bus flood $flood 4
		if has peers; then
			take bench_jetstream flood $flood 4
			take bench_redis flood $flood 4
		fi
	done
}

part_latency() {
	local i rate
	for rate in $rates; do
		for ((i = 0; i < rounds; i++)); do
			take bench_bus paced $rate $pace
			if ! has peers || [ $rate = 5000 ] || [ $rate = 20000 ]; then
				continue
			fi
			take bench_jetstream paced $rate $pace
			take bench_redis paced $rate $pace
		done
	done
}

set_flush() {
	psql -X -q -h "$HUYING_RUN" -U huying -d huying \
		-c "ALTER SYSTEM SET commit_siblings = 0" \
		-c "ALTER SYSTEM SET commit_delay = $1" \
		-c "SELECT pg_reload_conf()" >/dev/null
}

# As on disks that do not answer at once: PostgreSQL waits before it flushes.
part_flush() {
	local i ms
	for ms in 2 10; do
		set_flush ${ms}000
		suffix=.flush+${ms}ms
		for ((i = 0; i < rounds; i++)); do
			take bench_bus flood $flood 1
			if has peers; then take bench_bare $flood; fi
			take bench_bus paced 1000 $pace
		done
	done
	suffix=
	set_flush 0
}

part_live() {
	local i rate
	for rate in 1000 10000; do
		for ((i = 0; i < rounds; i++)); do
			take bench_live latency $rate $live
		done
	done
}

part_fanout() {
	local i n
	for ((i = 0; i < rounds; i++)); do
		for n in $ears; do take bench_live fanout $n $fan; done
	done
}

part_replay() {
	local i
	has publish || "$bench/bench_bus" flood 5 1 >/dev/null
	for ((i = 0; i < rounds; i++)); do take bench_log $replay; done
}

ask() { psql -X "$HUYING_DB" -qAtc "$1"; }

# NUMBER FIRST URGENT SECONDS: open casefiles whose limits end in so long.
herd() {
	due=$(ask "SELECT run.now() + interval '$4 seconds'")
	psql -X "$HUYING_DB" -q -v n=$1 -v first=$2 -v urgent=$3 -v due="$due" \
		-f tests/bench/herd.sql
	[ "$(ask "SELECT run.now() < '$due'")" = t ]
}

# Every hundredth is a department that has half an hour to be there.
part_herd() {
	local n=200000 late until=$((SECONDS + 400))
	herd $n 1 100 30 || { failed=1; say "failed: herd is too slow to make"; return; }
	late="FROM journal.event WHERE type = 'deadline.overdue'"
	while [ "$(ask "SELECT run.now() < timestamptz '$due' - interval '2 seconds'")" = t ]; do
		sleep 0.2
	done
	suffix=.herd
	take bench_chain paced 50 30 $report
	suffix=
	report=$((report + 1500))
	# Asking must cost nothing: none waits any more, then they are counted.
	while [ "$(ask "SELECT count(*) FROM run.waiting('dispatcher', 1)")" != 0 ] ||
		[ "$(ask "SELECT count(*) $late")" -lt $n ]; do
		[ $SECONDS -lt $until ] || { failed=1; say "failed: herd"; return; }
		sleep 1
	done
	ask "SELECT 'deadlines.herd ' || round(extract(epoch FROM max(at) - '$due'), 2) || ' s' $late" >>"$figures"
	ask "SELECT 'deadlines.urgent.p99 ' || round((percentile_cont(0.99) WITHIN GROUP (
			ORDER BY extract(epoch FROM at - '$due')))::numeric, 3) || ' s' $late
		AND subject IN (SELECT casefile FROM dispatcher.attendance)" >>"$figures"
}

# As many rounds without, then with: the worse of throughput and latency.
part_million() {
	local i
	suffix=.alone
	part_chain
	suffix=.million
	herd 1000000 1000001 1000000000 864000
	ask "VACUUM (ANALYZE) run.deadline" >/dev/null
	part_chain
	suffix=
	awk 'function med(l,  v, n, i, k, t) {
			n = split(l, v, " ")
			for (i = 2; i <= n; i++)
				for (k = i; k > 1 && v[k] + 0 < v[k - 1] + 0; k--) {
					t = v[k]; v[k] = v[k - 1]; v[k - 1] = t
				}
			return v[int((n + 1) / 2)]
		}
		{ all[$1] = all[$1] " " $2 }
		END {
			t = med(all["chain.throughput.alone"]) / med(all["chain.throughput.million"])
			l = med(all["chain.p50.million@100"]) / med(all["chain.p50.alone@100"])
			printf "chain.slowdown@1M %.2f x\n", (t > l ? t : l)
		}' "$figures" >>"$figures.slow"
	cat "$figures.slow" >>"$figures"
}

# On an installation of their own: what they leave behind is large.
with_many() {
	[ -z "$bus" ] || kill "$bus" 2>/dev/null || true
	bus=
	$huying up --sandbox --fresh 2>/dev/null
	begin
	if has herd; then say "herd"; part_herd; fi
	if has million; then say "million"; part_million; fi
}

# Publishing without services that take their share.
bus_alone() {
	local p
	HUYING_DB="$HUYING_DB user=huying_bus" build/bin/bus 2>"$HUYING_VAR/log/bus.log" &
	bus=$!
	sleep 1
	if has peers; then peers_start "$HUYING_VAR"; fi
	for p in publish latency flush live fanout replay; do
		if has $p; then
			say "$p"
			part_$p
		fi
	done
	if has memory && [[ $parts == *" publish "* || $parts == *" live "* ]]; then
		memory_of memory.bus.loaded "$bus" >>"$figures"
	fi
}

begin
"$bench/bench_disk" "$HUYING_VAR" >>"$figures"
with_services
if has start; then
	say "start"
	part_start
fi
bus_alone
if has herd || has million; then with_many; fi

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
flush=$(awk '$1 == "disk.flush.p50" { print $2 }' "$figures")
postgres=$(psql -h "$HUYING_RUN" -U huying -d huying -Atc 'SHOW server_version')
machine="$cpu, $(nproc) cores, $memory, $(uname -sr), PostgreSQL ${postgres%% *}, fdatasync $flush us"
date=$(date +%F)
echo "machine  $machine"
if has peers; then echo "peers    $(peers_versions "$HUYING_VAR")"; fi
echo "date     $date; median of $rounds rounds"
echo
awk -v json=build/bench.json -v targets=tests/bench/targets \
	-v machine="$machine" -v date="$date" -f tests/bench/report.awk "$figures"
echo
echo "written to build/bench.json"
exit $failed
