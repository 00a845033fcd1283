#!/bin/bash
# Who may do what over TCP: keys, rights, rates, revocation.
. "$(dirname "$0")/../lib/system.sh"

tcp
start
keys=$out/keys
mkdir "$keys"
/usr/bin/python3 tests/system/access.py "$keys"

# Our own tools, with a key.
tool=$keys/tool.key
pid_of() { sed -n "s/^$1 //p" "$HUYING_VAR/pids"; }
code "a key is made" 0 "$huying" key new tool --publish report.submit --read 'report.*' --live --out "$tool"
same "  in a file for its owner alone" 600 "$(stat -c %a "$tool")"
is "  whose secret is not printed" sh -c "! grep -qF \"\$(sed -n 's/.*secret-key = \"\\(.*\\)\"/\\1/p' '$tool')\" '$out/code.out'"
is "  and not in the database" sh -c "[ \"\$(pg_dump '$HUYING_DB' -n access | grep -cF \"\$(sed -n 's/.*secret-key = \"\\(.*\\)\"/\\1/p' '$tool')\")\" = 0 ]"
code "nor is a file written over" 1 "$huying" key new tool2 --out "$tool"
code "a name is given once" 1 "$huying" key new tool --out "$keys/again.key"
is "  and leaves no file behind" [ ! -e "$keys/again.key" ]
remote() { HUYING_KEY=$tool HUYING_PUBLISH=$HUYING_PUBLISH_TCP HUYING_LOG=$HUYING_LOG_TCP HUYING_LIVE=$HUYING_LIVE_TCP "$@"; }
say() { remote "$huying" publish report.submit channel=hotline summary='东门路灯不亮' --division 330122109 "$@"; }
is "huying publish goes over TCP" within 20 say --source /tool --id over-tcp
same "  once" 1 "$(sql "SELECT count(*) FROM journal.event WHERE id = 'over-tcp'")"
code "  but not in another's name" 1 say --source /other
is "  and says why" grep -q SOURCE_MISMATCH "$out/code.out" "$out/code.err"
remote timeout 30 "$huying" events -o json >"$out/events" 2>"$out/events.err"
is "huying events reads what it may" grep -q over-tcp "$out/events"
is "  and nothing else" sh -c "! grep -v '\"type\":\"report\\.' '$out/events' | grep -q ."

chmod 640 "$tool"
code "a key that others may read is not used" 3 say --source /tool
is "  and it says what to do" grep -q 'chmod 600' "$out/code.err"
chmod 600 "$tool"
HUYING_PUBLISH=$HUYING_PUBLISH_TCP code "without a key nothing goes over TCP" 3 \
	"$huying" publish report.submit channel=hotline --division 330122109
is "  and it says what is missing" grep -q HUYING_KEY "$out/code.err"

bus=$(pid_of bus)
is "HTTP, noise and half-open greetings disturb nobody" \
	timeout 120 /usr/bin/python3 tests/system/noise.py "$tool" /tool
same "  nor the bus" "$bus" "$(pid_of bus)"

# What does not turn strangers away, or has no key, does not serve.
refuses() {
	local what=$1 why=$2
	shift 2
	code "$what" 1 env HUYING_RUN="$out" HUYING_DB="$HUYING_DB user=huying_bus" "$@" timeout 30 build/bin/bus
	is "  and says so" grep -q "$why" "$out/code.err"
}
refuses "a bus without its key does not listen" HUYING_BUS_KEY HUYING_BUS_KEY=
cp "$HUYING_BUS_KEY" "$out/open.key"
chmod 644 "$out/open.key"
refuses "nor with one that others may read" 'chmod 600' HUYING_BUS_KEY="$out/open.key"
refuses "nor is its own place bound to TCP" 'unix socket' HUYING_TCP='' HUYING_PUBLISH_TCP='' \
	HUYING_LIVE_TCP='' HUYING_LOG_TCP='' HUYING_RING_TCP='' HUYING_RING="tcp://127.0.0.1:1"

# A service that comes over TCP, as it would from another machine.
away() {
	HUYING_KEY=$HUYING_VAR/keys/curve/scoring.key HUYING_LIVE=$HUYING_LIVE_TCP HUYING_RING=$HUYING_RING_TCP \
		HUYING_DB="$HUYING_DB user=huying_scoring" HUYING_HEALTH='' build/bin/scoring 2>"$out/away.log" &
	away=$!
}
# Established connections of the process to the live and the ring port.
links() { ss -tnpH state established "( dport = :${HUYING_LIVE_TCP##*:} or dport = :${HUYING_RING_TCP##*:} )" | grep -c "pid=$away,"; }
linked() { [ "$(links)" = "$1" ]; }
away
is "a service comes over TCP, to live and to ring" within 20 linked 2
"$huying" key withdraw scoring live
is "  without the right it is put out" within 30 linked 1
"$huying" key grant scoring live
is "  and with it comes back by itself" within 60 linked 2
kill -STOP "$(pid_of scoring)"
say --source /tool --id for-scoring >/dev/null
done_with() { [ "$(sql "SELECT min(c.seq) >= max(e.seq) FROM run.cursor c, journal.event e WHERE c.service = 'scoring' AND e.id = 'for-scoring'")" = t ]; }
is "  and does the work while the other one stands" within 30 done_with
kill -CONT "$(pid_of scoring)"
kill "$away"
wait "$away" 2>/dev/null

# What can be told of it afterwards.
"$huying" key history gone --json >"$out/history"
is "the history tells who revoked it" sh -c "grep '\"client.closed\"' '$out/history' | jq -e '.who != \"\" and .client == \"gone\"' >/dev/null"
is "every line of it is JSON" sh -c "jq -e . '$out/history' >/dev/null"
now=$("$huying" key show gone --json)
same "a revoked client is shown as such" true "$(jq '.revoked_at != null' <<<"$now")"
same "keys that are in use are listed" 1 "$("$huying" key list --json | jq -s '[.[] | select(.name == "turn")][0].keys')"
is "what is revoked is listed when asked for" sh -c "'$huying' key list --all | grep -q '^gone'"
is "  and not otherwise" sh -c "! '$huying' key list | grep -q '^gone'"
code "what runs is not turned into something else" 1 env -u HUYING_TCP "$huying" up
