#!/bin/bash
# The written day from report to score, and what must hold afterwards.
. "$(dirname "$0")/../lib/system.sh"
start

"$huying" play "$pack" --days 8 --quiet 2>"$out/play.err"
same "the day plays to its end" 0 $?
cat "$out/play.err"
is "no report of the day is refused by the bus" grep -q ' 0 refused' "$out/play.err"
"$huying" summary >"$out/summary" || echo "not ok summary"

# Every kind of ending happened.
for what in 'A call answered in time' 'A call that was late' 'A penalty case' 'A mediation'; do
	is "there is one: $what" sh -c "grep -A1 '^$what' '$out/summary' | grep -q 330122-26-"
done
is "scores are published" grep -q 'Scores by unit, period 2026-04' "$out/summary"
same "no report is left at the desk" "" "$(grep 'at the desk' "$out/summary")"
same "no casefile is without a way" "" "$(grep 'without a way' "$out/summary")"

first=$(sql 'SELECT min(id) FROM intake.report')
same "a casefile is found by its last digits" "$("$huying" case show "$first" | head -1)" \
	"$("$huying" case show "$((10#${first##*-}))" | head -1)"
is "and without a number it is the newest" sh -c "'$huying' case show | head -1 | grep -q ^330122-26-"
same "what was asked for at a door was looked at again" t "$(sql "SELECT count(*) > 0 FROM intake.request WHERE state = 'looked_back'")"

# The record.
is "the journal verifies" sh -c "'$huying' verify | grep -q '^journal sound'"
code "the rows of every service follow from the journal" 0 "$huying" replay all
cat "$out/code.out" "$out/code.err"
same "nothing is parked" 0 "$(sql 'SELECT count(*) FROM run.parked')"
same "seq is dense" t "$(sql 'SELECT count(*) = max(seq) FROM journal.event')"
same "one row per source and id" t \
	"$(sql 'SELECT count(*) = count(DISTINCT (source, id)) FROM journal.event')"
is "all services are well" "$huying" status

# A refused UPDATE, DELETE and TRUNCATE, even by the owner.
for verb in "UPDATE journal.event SET type = 'x'" 'DELETE FROM journal.event' \
	'TRUNCATE journal.event' 'TRUNCATE journal.event_1' 'DELETE FROM journal.link'; do
	is "the journal refuses: $verb" sh -c "! psql '$HUYING_DB' -qAt -c \"$verb\" 2>/dev/null"
done
for verb in 'INSERT INTO journal.event SELECT * FROM journal.event' \
	'SELECT journal.add_range()' 'SELECT * FROM vault.identity' 'SELECT * FROM dispatcher.task' \
	'UPDATE run.clock SET sandbox = false'; do
	is "scoring may not: $verb" sh -c \
		"! psql '$HUYING_DB user=huying_scoring' -qAt -c \"$verb\" 2>/dev/null"
done

# Personal data: every planted string of the day, everywhere.
"$huying" tail --from-seq 1 --no-follow -o pretty >"$out/tail.pretty" 2>"$out/tail.err"
same "tail shows the whole journal" "$(sql 'SELECT count(*) FROM journal.event')" \
	"$(grep -c '^[0-9][0-9]:' "$out/tail.pretty")"
"$huying" tail --from-seq 1 --no-follow -o json >"$out/tail.json" 2>>"$out/tail.err"
is "each line of tail -o json is JSON" sh -c "jq -e . '$out/tail.json' >/dev/null"
sql "SELECT encode(envelope, 'escape') FROM journal.event" >"$out/journal.txt"
pg_dump "$HUYING_DB" --exclude-schema=vault >"$out/dump.sql" 2>/dev/null
/usr/bin/python3 - "$pack/day.jsonl" "$out/canaries" <<'P'
import json, sys
found = set()
for line in open(sys.argv[1], encoding="utf-8"):
    r = json.loads(line)
    who = r["reporter"] or {}
    found.update(x for x in [who.get("phone"), who.get("id_number")] if x)
    found.update(r["expect"]["pii_in_text"])
open(sys.argv[2], "w", encoding="utf-8").write("\n".join(sorted(found)) + "\n")
P
for place in tail.pretty tail.json journal.txt dump.sql; do
	same "no planted phone, number or name in $place" "" \
		"$(grep -F -f "$out/canaries" -o "$out/$place" | sort | uniq -c | head -3)"
done
same "nor in the logs" "" "$(cat "$HUYING_VAR"/log/* "$HUYING_VAR/pg/server.log" 2>/dev/null |
	grep -F -f "$out/canaries" -o | sort | uniq -c | head -3)"

# The suite's traffic against the published schemas, by somebody else's
# validator.
is "every event of the day fits its published schema" \
	/usr/bin/python3 tests/system/validate.py "$out/tail.json" schemas/published
is "no limit fired early, twice, or more than a minute late" \
	/usr/bin/python3 tests/system/deadlines.py "$out/tail.json"
