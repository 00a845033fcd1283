#!/bin/bash
# What each process says of itself: over HTTP, in its log, to who started it;
# and what it does when it is told something.
. "$(dirname "$0")/../lib/system.sh"

PATH=$PATH:$root/build/peers/usr/bin
export HUYING_HEALTH="unix:$HUYING_VAR/health" HUYING_POLICY=$HUYING_VAR/policy
export NOTIFY_SOCKET=$HUYING_VAR/notify WATCHDOG_USEC=1000000
: >"$HUYING_POLICY"
/usr/bin/python3 tests/system/notified.py "$NOTIFY_SOCKET" "$out/notified" &
within 10 test -S "$NOTIFY_SOCKET"
start
unset NOTIFY_SOCKET WATCHDOG_USEC
at() { curl -s --max-time 5 --unix-socket "$HUYING_VAR/health.$1" "http://huying/$2"; }
status() { curl -s -o "$out/body" -w '%{http_code}' --max-time 5 --unix-socket "$HUYING_VAR/health.$1" "${@:3}" "http://huying/$2"; }

"$huying" publish report.submit --division 330122109 channel=hotline summary=路灯不亮 >"$out/publish" 2>&1 || cat "$out/publish"
for i in 0 1 2 3 4 5; do
	name=$(at $i metrics | sed -n 's/^huying_build_info{service="\([a-z]*\)",version=".*"} 1$/\1/p')
	same "process $i lives ($name)" 200 "$(status $i livez)"
	same "$name is ready" 200 "$(status $i readyz?verbose)"
	is "$name says why" grep -q '^database ok$' "$out/body"
	at $i metrics >"$out/metrics.$name"
	is "promtool finds nothing wrong with $name" sh -c "promtool check metrics <'$out/metrics.$name'"
	is "every row of $name has its HELP and TYPE" awk '
		/^# HELP / { help[$3] = 1; next }
		/^# TYPE / { type[$3] = $4; next }
		{ n = $1; sub(/\{.*/, "", n); base = n; sub(/_(bucket|sum|count)$/, "", base)
		  if (!(n in type) && type[base] != "histogram") { print "no TYPE: " n; bad = 1 }
		  if ($NF !~ /^-?[0-9]+(\.[0-9]+)?$/) { print "no number: " $0; bad = 1 } }
		END { exit bad || NR < 10 }' "$out/metrics.$name"
done
is "the bus has counted" grep -q '^huying_publishes_total{outcome="stored"} [1-9]' "$out/metrics.bus"
is "huying health says so, too" sh -c "'$huying' health 'unix:$HUYING_VAR/health.1' | grep -q '^database ok$'"
code "and of nobody that there is no answer" 3 "$huying" health "unix:$HUYING_VAR/health.9"
code "nor of an address that is none" 3 "$huying" health nowhere
settled() { at 1 readyz?verbose | grep -q '^lag 0 events' && at 1 metrics | grep -q '^huying_events_taken_total [1-9]'; }
is "intake has taken it, and is behind nothing" within 10 settled
/usr/bin/python3 tests/system/counted.py "$HUYING_VAR/health.0"
number=$(sql "SELECT subject FROM journal.event WHERE type = 'report.received'")
"$huying" publish report.refuse "report=$number" kind=nonsense way=x unit=330122-GLZX --subject "$number" >/dev/null
refused() { at 1 metrics | grep -q '^huying_commands_refused_total{code="KIND_UNKNOWN"} 1$'; }
is "a command that a rule refuses is counted by its code" within 10 refused
# What is counted of the whole installation, by the bus.
counted() {
	at 0 metrics >"$out/metrics.bus"
	[ "$(grep -c '^huying_lag_events{service="[a-z]*",slot="[0-7]"} 0$' "$out/metrics.bus")" = 40 ] &&
		grep -q '^huying_deadlines{service="intake",limit="[a-z_]*",state="armed"} [1-9]' "$out/metrics.bus" &&
		grep -q '^huying_cards{colour="red"} 0$' "$out/metrics.bus" &&
		grep -q '^huying_parked_events{service="scoring",state="poison"} 0$' "$out/metrics.bus"
}
is "the bus counts lag by service and slot, limits, cards, parked events" within 15 counted
/usr/bin/python3 tests/system/metrics.py "$out/queries.yml" "$out"/metrics.*
is "promtool reads every query of the dashboard" promtool check rules "$out/queries.yml"
is "the alert rules are sound" promtool check rules deploy/observability/rules.yml
is "and do what they should" promtool test rules deploy/observability/rules_test.yml
same "what there is not" 404 "$(status 0 secret)"
same "nothing can be written" 405 "$(status 0 metrics -X POST)"
is "no personal data in any of it" sh -c "! grep -q 路灯 '$out'/metrics.*"

# Whoever started them is told.
pids() { awk '$1 != "supervisor" { print $2 }' "$HUYING_VAR/pids" | sort -n; }
sayers() { grep " $1\$" "$out/notified" | cut -d' ' -f1 | sort -nu; }
same "each of the six says that it is ready" "$(pids)" "$(sayers READY=1)"
everybody_lives() { [ "$(sayers WATCHDOG=1)" = "$(pids)" ]; }
is "and that it lives, while that is waited for" within 5 everybody_lives

# SIGHUP: another policy.
supervisor=$(sed -n 's/^supervisor //p' "$HUYING_VAR/pids")
logs() { cat "$HUYING_VAR"/log/{bus,intake,dispatcher,enforcement,mediation,scoring}.log; }
hup() {
	local before
	before=$(logs | grep -c "policy.$1")
	kill -HUP "$supervisor"
	told() { [ "$(logs | grep -c "policy.$1")" = $((before + 6)) ]; }
	within 10 told "$1"
}
printf 'HUYING_LOG_LEVEL=debug\nHUYING_LOG_FORMAT=json\n' >"$HUYING_POLICY"
is "at SIGHUP everybody takes the new policy" hup loaded
reloading() { [ "$(pids)" = "$(grep ' RELOADING=1 MONOTONIC_USEC=[0-9]*$' "$out/notified" | cut -d' ' -f1 | sort -nu)" ]; }
is "and says that it reloads" within 5 reloading
trace=4bf92f3577b34da6a3ce929d0e0e4736
cat >"$out/traced.jsonl" <<-EOF
	{"specversion":"1.0","id":"traced-1","source":"/test","type":"report.submit","division":"330122109","traceparent":"00-$trace-00f067aa0ba902b7-01","data":{"channel":"hotline","summary":"路灯不亮"}}
EOF
is "a traced event is published" "$huying" publish --file "$out/traced.jsonl"
followed() { [ "$(logs | jq -Rr "fromjson? | select(.trace_id == \"$trace\" and .span_id == \"00f067aa0ba902b7\") | .event" | sort -u | tr '\n' ' ')" = "event.stored event.taken " ]; }
is "its trace is in the logs of the bus and of who took it" within 10 followed
is "and nothing of what it says" sh -c "! grep -q 路灯 '$HUYING_VAR'/log/*.log"
echo 'HUYING_LOG_LEVEL=loud' >"$HUYING_POLICY"
is "a policy that is wrong is refused" hup refused
is "with its line" sh -c "tail -n 20 '$HUYING_VAR/log/bus.log' | grep -q 'policy:1: no policy'"
: >"$HUYING_POLICY"
is "an empty one: as the environment has it" hup loaded
same "they are the same processes still" "$(pids)" "$(sayers READY=1)"

# SIGTERM: what the bus has taken in is stored and answered.
coproc HOLD { psql "$HUYING_DB" -qAt 2>&1; }
echo 'SELECT pg_advisory_lock(7255, 1); SELECT 1;' >&"${HOLD[1]}"
read -r _ <&"${HOLD[0]}" && read -r _ <&"${HOLD[0]}"
"$huying" publish report.submit --division 330122109 channel=hotline summary=井盖没了 >"$out/drained" 2>"$out/drained.err" &
publisher=$!
waits() { [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bus' AND wait_event = 'advisory'")" = 1 ]; }
is "an append hangs" within 10 waits
bus=$(sed -n 's/^bus //p' "$HUYING_VAR/pids")
kill -TERM "$bus"
stopping() { grep -q "^$bus STOPPING=1$" "$out/notified"; }
is "the bus says that it ends" within 10 stopping
echo 'SELECT pg_advisory_unlock(7255, 1);' >&"${HOLD[1]}"
wait $publisher
same "the publish is answered by the bus that took it" "0 stored" "$? $(cut -d' ' -f1 "$out/drained")"
eval "exec ${HOLD[1]}>&-"
ended() { ! kill -0 "$bus" 2>/dev/null && [ "$(status 0 readyz)" = 200 ]; }
is "it ends, and another one serves" within 10 ended

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
failing() { [ "$(at 1 metrics | sed -n 's/^huying_turns_failed_total //p')" -ge 5 ]; }
is "a service tries again and again" within 30 failing
"$root/deploy/cluster.sh" start "$HUYING_VAR/pg" "$HUYING_RUN"
back() {
	for _ in $(seq 150); do
		[ "$(status 1 readyz)" = 200 ] && [ "$(status 0 readyz)" = 200 ] && return 0
		sleep 0.1
	done
	return 1
}
is "with it they are again" back
more() { grep -qh 'event=turn.failed repeated=[0-9]' "$HUYING_VAR"/log/*.log; }
"$huying" down
is "what went wrong all the time is said a few times, and counted" more
