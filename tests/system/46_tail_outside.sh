#!/bin/bash
# huying tail from outside, over TCP with a key; across epochs; huying topics.
. "$(dirname "$0")/../lib/system.sh"

first=$(free_ports 4)
export HUYING_TCP=127.0.0.1
export HUYING_PUBLISH_TCP=tcp://127.0.0.1:$first
export HUYING_LIVE_TCP=tcp://127.0.0.1:$((first + 1))
export HUYING_LOG_TCP=tcp://127.0.0.1:$((first + 2))
export HUYING_RING_TCP=tcp://127.0.0.1:$((first + 3))
start
outside() { # KEY COMMAND...
	HUYING_KEY=$out/$1.key HUYING_LOG=$HUYING_LOG_TCP HUYING_LIVE=$HUYING_LIVE_TCP HUYING_DB="host=$out dbname=none" \
		timeout 60 "$huying" "${@:2}"
}
key() { "$huying" key new "$1" --out "$out/$1.key" "${@:2}" >/dev/null 2>&1; }
report() {
	"$huying" publish report.submit --division "$1" channel=grid summary="$2" >"$out/report" 2>&1
}
is "a report is published" within 10 report 330122109 树倒了
is "and one of another township" report 330122110 灯不亮
"$huying" tail --from-seq 1 --type report.received -c 2 --timeout 20s >/dev/null 2>&1
within 20 quiet

is "a key that may read all" key all --read '*' --live
is "one for a township's reports" key some --read 'report.*/330122109'
is "one that is taken back" key none --read '*' --live
"$huying" key revoke none >/dev/null
sleep 3
same "outside is told the same" "$("$huying" events -o json | sha256sum)" "$(outside all events -o json | sha256sum)"
outside all tail --live-only --idle 2s 2>"$out/live.err" >/dev/null
is "and hears it live" grep -q -e '-- live --' "$out/live.err"
is "names are missed, not needed" sh -c "grep -q 'without names' '$out/live.err'"
same "who may read some is told these" "$("$huying" events 'report.*/330122109' -o topics)" "$(outside some events -o topics)"
code "a key that was taken back" 3 outside none events
code "  for the live feed, too" 3 outside none tail --live-only
code "no live feed for who may not have it" 3 outside some tail --live-only
code "no key" 3 outside nobody events
is "  and it says so" grep -q HUYING_KEY "$out/code.err"

# A place in a history that may have been cut.
"$huying" events --cursor-file "$out/cursor" >/dev/null
at=$(cut -d: -f2 "$out/cursor")
"$huying" journal raise-epoch --reason "a test" >/dev/null
report 330122109 又倒了
within 20 quiet
place=1:$((at + 1))
code "a place beyond what is sure is told" 0 "$huying" events --after-cursor "$place"
is "  as such" grep -q "history was cut short (epoch 2): what was event $((at + 1))" "$out/code.err"
same "  and all from there on is told" "$((at + 1))" "$("$huying" events --after-cursor "$place" -o topics 2>/dev/null | head -1 | cut -d' ' -f1)"
code "  with --strict it is the end" 4 "$huying" events --after-cursor "$place" --strict
code "one before it is as good as ever" 0 "$huying" events --cursor-file "$out/cursor" --strict
is "  and belongs to the new epoch then" grep -q '^2:' "$out/cursor"

# huying topics
code "topics: wrong" 2 "$huying" topics --wait soon
code "topics: wrong, too" 2 "$huying" topics --top 0
code "topics: nothing comes" 1 "$huying" topics --wait 1s mediation
(for _ in 1 2 3 4 5 6; do sleep 0.5; report 330122109 "第 $RANDOM 次"; done) &
code "topics: something does" 0 "$huying" topics --wait 5s --top 3
wait $!
is "  most first" sh -c "sed -n 2p '$out/code.out' | grep -Eq '^report\.(submit|received) +[2-6] '"
is "  and no more than asked for" [ "$(wc -l <"$out/code.out")" -le 5 ]
(for _ in 1 2 3; do sleep 0.5; report 330122109 "再 $RANDOM 次"; done) &
"$huying" topics --wait 4s --json report.submit >"$out/topics"
wait $!
is "  as JSON" sh -c "jq -e 'select(.type == \"report.submit\") | .events >= 1 and .holes == 0' '$out/topics' >/dev/null"
"$huying" down
code "topics: no bus" 3 "$huying" topics --wait 1s
