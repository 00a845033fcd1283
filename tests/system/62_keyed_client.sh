#!/bin/bash
# The library and the tool over TCP, as somebody: the bus killed, a right
# that is missing, a key that was revoked.
. "$(dirname "$0")/../lib/system.sh"

tcp
start
spool=$out/spool
"$huying" key new field --publish 'task.*' --source /test --read '*' --out "$out/field.key" >"$out/key" 2>&1 || cat "$out/key"
spooler() { ENDPOINT=$HUYING_PUBLISH_TCP KEY_FILE=$out/field.key exec "$root/build/${MODE:-release}/client/spooler" "$@"; }
field() { HUYING_PUBLISH=$HUYING_PUBLISH_TCP HUYING_LOG=$HUYING_LOG_TCP HUYING_KEY=$out/field.key "$huying" "$@"; }

for life in 1 2 3; do
	(spooler "$spool" "life$life") >>"$out/handed" 2>>"$out/err" &
	pid=$!
	sleep 1
	kill -9 "$(sed -n 's/^bus //p' "$HUYING_VAR/pids")"
	sleep 0.3
	kill -9 $pid
	wait $pid 2>/dev/null
done
is "what is left goes out, over TCP" sh -c "$(declare -f spooler); root=$root out=$out; spooler '$spool' >/dev/null"
cat "$out/err"
sql "SELECT id FROM journal.event_key WHERE source = '/test/spool'" | sort >"$out/stored"
grep -x 'life[0-9]*-[0-9]*' "$out/handed" | sort >"$out/said"
is "some were handed in ($(wc -l <"$out/said"))" [ "$(wc -l <"$out/said")" -gt 20 ]
same "each is in the journal" "" "$(comm -23 "$out/said" "$out/stored")"
same "  once" "$(wc -l <"$out/stored")" "$(sql "SELECT count(*) FROM journal.event WHERE type = 'task.sign'")"
is "the log can be read, too" sh -c "[ \$(HUYING_LOG=$HUYING_LOG_TCP HUYING_KEY=$out/field.key '$huying' events --type task.sign -o topics | wc -l) = $(wc -l <"$out/stored") ]"

code "what is not granted is refused for good" 1 field publish report.submit channel=app --division 330122 \
	--source /test/x --id denied-1 --spool "$spool"
code "  and written down" 0 jq -e 'select(.event.id == "denied-1" and .code != "")' "$spool/refused"

"$huying" key revoke field >/dev/null 2>&1
sleep 6
code "a revoked key: the event stays in the spool" 0 field publish task.sign task=330122-26-0000001/T1 \
	unit=330122109-ZF officer=OF-109-0003 --source /test/x --id kept-1 --spool "$spool" --timeout 3s
is "  as it says" grep -q '^spooled .* kept-1' "$out/code.out"
is "  and why" grep -q 'key is refused' "$out/code.err"
same "  and it is not in the journal" 0 "$(sql "SELECT count(*) FROM journal.event_key WHERE id = 'kept-1'")"
code "over the unix socket it goes out" 0 "$huying" publish --spool "$spool"
same "  once" 1 "$(sql "SELECT count(*) FROM journal.event_key WHERE id = 'kept-1'")"
