#!/bin/bash
# kill -9 of every process in the middle of the day changes nothing in the end.
. "$(dirname "$0")/../lib/system.sh"

# What the day came to, and when each of it was.
result() {
	"$huying" summary | sed 's/330122-26-[0-9]*/NUMBER/'
	sql "SELECT at, type, count(*) FROM journal.event GROUP BY 1, 2 ORDER BY 1, 2"
}

start
"$huying" play "$pack" --days 1 --quiet 2>"$out/calm.err"
same "a calm play ends" 0 $?
result >"$out/calm"
"$huying" up --sandbox --fresh 2>/dev/null
"$huying" clock set 2026-03-18T00:00+08:00 >/dev/null
"$huying" pack load "$pack" >/dev/null 2>&1

"$huying" play "$pack" --days 1 --quiet 2>"$out/rough.err" &
play=$!
kills=0
for round in 1 2 3 4; do
	for name in intake dispatcher bus enforcement mediation scoring; do
		sleep 0.7
		kill -0 $play 2>/dev/null || break 2
		pid=$(sed -n "s/^$name //p" "$HUYING_VAR/pids")
		if [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; then kills=$((kills + 1)); fi
	done
done
wait $play
same "a rough play ends too" 0 $?
cat "$out/rough.err" | tail -3
is "at least six processes were killed in it ($kills)" [ "$kills" -ge 6 ]
result >"$out/rough"
if diff "$out/calm" "$out/rough" >"$out/diff"; then
	echo "ok the end result is the same"
else
	echo "not ok the end result is the same"
	head -60 "$out/diff"
fi
is "the journal verifies" sh -c "'$huying' verify | grep -q '^journal sound'"
same "nothing is parked" 0 "$(sql 'SELECT count(*) FROM run.parked')"
is "playing the same day again stores nothing twice" sh -c "
	before=\$(psql '$HUYING_DB' -qAt -c 'SELECT count(*) FROM journal.event_key WHERE source <> \$\$/clock\$\$')
	'$huying' play '$pack' --days 1 --quiet 2>/dev/null
	after=\$(psql '$HUYING_DB' -qAt -c 'SELECT count(*) FROM journal.event_key WHERE source <> \$\$/clock\$\$')
	[ \"\$before\" = \"\$after\" ]"
