#!/bin/bash
# What each process says of itself over HTTP.
. "$(dirname "$0")/../lib/system.sh"

export HUYING_HEALTH="unix:$HUYING_VAR/health"
start
at() { curl -s --max-time 5 --unix-socket "$HUYING_VAR/health.$1" "http://huying/$2"; }
status() { curl -s -o "$out/body" -w '%{http_code}' --max-time 5 --unix-socket "$HUYING_VAR/health.$1" "${@:3}" "http://huying/$2"; }

"$huying" publish report.submit --division 330122109 channel=hotline summary=路灯不亮 >"$out/publish" 2>&1 || cat "$out/publish"
for i in 0 1 2 3 4 5; do
	name=$(at $i metrics | sed -n 's/^huying_build_info{service="\(.*\)"} 1$/\1/p')
	same "process $i lives ($name)" 200 "$(status $i livez)"
	same "$name is ready" 200 "$(status $i readyz?verbose)"
	is "$name says why" grep -q '^database ok$' "$out/body"
	at $i metrics >"$out/metrics.$name"
	if command -v promtool >/dev/null; then
		is "promtool finds nothing wrong with $name" promtool check metrics <"$out/metrics.$name"
	fi
	is "every row of $name has its HELP and TYPE" awk '
		/^# HELP / { help[$3] = 1; next }
		/^# TYPE / { type[$3] = $4; next }
		{ n = $1; sub(/\{.*/, "", n); base = n; sub(/_(bucket|sum|count)$/, "", base)
		  if (!(n in type) && type[base] != "histogram") { print "no TYPE: " n; bad = 1 }
		  if ($2 !~ /^-?[0-9]+(\.[0-9]+)?$/) { print "no number: " $0; bad = 1 } }
		END { exit bad || NR < 10 }' "$out/metrics.$name"
done
is "the bus has counted" grep -q '^huying_publishes_total{outcome="stored"} [1-9]' "$out/metrics.bus"
is "huying health says so, too" sh -c "'$huying' health 'unix:$HUYING_VAR/health.1' | grep -q '^database ok$'"
code "and of nobody that there is no answer" 3 "$huying" health "unix:$HUYING_VAR/health.9"
code "nor of an address that is none" 3 "$huying" health nowhere
settled() {
	for _ in $(seq 100); do
		at 1 metrics | grep -q '^huying_lag_events 0$' && at 1 metrics | grep -q '^huying_events_taken_total [1-9]' && return 0
		sleep 0.1
	done
	return 1
}
is "intake has taken it, and is behind nothing" settled
same "what there is not" 404 "$(status 0 secret)"
same "nothing can be written" 405 "$(status 0 metrics -X POST)"
is "no personal data in any of it" sh -c "! grep -q 路灯 '$out'/metrics.*"
# A database that is away: alive, but not ready.
"$root/deploy/cluster.sh" stop "$HUYING_VAR/pg"
gone() {
	for _ in $(seq 100); do
		[ "$(status 1 readyz)" = 503 ] && [ "$(status 0 readyz)" = 503 ] && return 0
		sleep 0.1
	done
	return 1
}
is "without a database nobody is ready" gone
code "huying health: not ready" 1 "$huying" health --quiet "unix:$HUYING_VAR/health.1"
code "but it lives" 0 "$huying" health --live "unix:$HUYING_VAR/health.1"
same "but alive" "200 200" "$(status 0 livez) $(status 1 livez)"
"$root/deploy/cluster.sh" start "$HUYING_VAR/pg" "$HUYING_RUN"
back() {
	for _ in $(seq 150); do
		[ "$(status 1 readyz)" = 200 ] && [ "$(status 0 readyz)" = 200 ] && return 0
		sleep 0.1
	done
	return 1
}
is "with it they are again" back
