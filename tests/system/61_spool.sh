#!/bin/bash
# A publisher with a spool and the bus, both killed -9 again and again: what
# was handed in is in the journal, once.
. "$(dirname "$0")/../lib/system.sh"
start
spooler=$root/build/${MODE:-release}/client/spooler
spool=$out/spool

kills=0
for life in $(seq 25); do
	"$spooler" "$spool" "life$life" >>"$out/handed" 2>>"$out/err" &
	pid=$!
	sleep "0.$((RANDOM % 6 + 1))"
	if [ $((life % 3)) = 0 ]; then
		bus=$(sed -n 's/^bus //p' "$HUYING_VAR/pids")
		kill -9 "$bus" 2>/dev/null && kills=$((kills + 1))
		sleep "0.$((RANDOM % 5))"
	fi
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
n=$(wc -l <"$out/handed")
is "events were handed in ($n), the bus was killed ($kills)" [ "$n" -gt 500 -a "$kills" -ge 5 ]
code "what is left goes out" 0 "$spooler" "$spool"
cat "$out/err"
sql "SELECT id FROM journal.event_key WHERE source = '/test/spool'" | sort >"$out/stored"
# The last line of a life may be cut off: then it was not said.
grep -x 'life[0-9]*-[0-9]*' "$out/handed" | sort >"$out/said"
same "each that was handed in is in the journal" "" "$(comm -23 "$out/said" "$out/stored")"
same "  once" "$(wc -l <"$out/stored")" "$(sql "SELECT count(*) FROM journal.event WHERE type = 'task.sign'")"
is "nothing else is" sh -c "[ \$(comm -13 '$out/said' '$out/stored' | wc -l) -le 25 ]"
same "the spool has nothing left" 0 "$("$spooler" "$spool")"
same "nothing was refused" "" "$(cat "$spool/refused")"

# Without a bus: it is kept, told, and goes out with the next run.
bus=$(sed -n 's/^bus //p' "$HUYING_VAR/pids")
kill -STOP "$bus"
code "huying publish --spool while the bus stands still" 0 "$huying" publish task.sign \
	task=330122-26-0000001/T1 unit=330122109-ZF officer=OF-109-0003 --id kept-1 --source /test/kept --spool "$spool" --timeout 2s
is "  says that it is spooled" grep -q '^spooled  *task.sign  *kept-1' "$out/code.out"
kill -CONT "$bus"
code "huying publish --spool alone sends it" 0 "$huying" publish --spool "$spool" --timeout 60s
is "  and says that it is stored" grep -q '^stored.*kept-1' "$out/code.out"
code "what is refused is told" 1 "$huying" publish task.sign nonsense=1 --spool "$spool"
code "  and written down" 0 jq -e 'select(.code == "UNKNOWN_FIELD" and .event.type == "task.sign")' "$spool/refused"
"$spooler" "$spool" again >/dev/null 2>&1 &
pid=$!
sleep 0.3
code "a spool is for one process" 3 "$huying" publish --spool "$spool"
is "  which is told" grep -q 'in use by another process' "$out/code.err"
kill -9 $pid
wait $pid 2>/dev/null
code "and free when it was killed" 0 "$huying" publish --spool "$spool" --timeout 60s
