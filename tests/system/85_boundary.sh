#!/bin/bash
# A region of the size of Sichuan: 1,509 townships and 19,078 villages are
# gone in one night, with work open in hundreds of them.
. "$(dirname "$0")/../lib/system.sh"

is "a region before and after that night is written" \
	sh -c "tests/boundary/province.py '$pack' '$out/region' >'$out/gone'"
"$huying" up --sandbox 2>"$out/up.err" || { cat "$out/up.err"; exit 1; }
"$huying" clock set 2026-03-18T09:00+08:00 >/dev/null
code "4,610 townships and 45,447 villages are loaded" 0 \
	"$huying" pack load "$out/region/before"
# shellcheck disable=SC1091
set -a; . "$HUYING_VAR/env.sh"; set +a
head -300 "$out/gone" | awk '{
	printf "{\"specversion\":\"1.0\",\"id\":\"b-%d\",\"source\":\"/villages\",", NR
	printf "\"type\":\"report.submit\",\"division\":\"%s\",\"data\":{", $1
	printf "\"channel\":\"grid\",\"matter\":\"EN-010\",\"place\":\"ditch %d\",", NR
	printf "\"summary\":\"ditch %d is blocked\"}}\n", NR }' >"$out/reports.jsonl"
code "300 villages report" 0 "$huying" publish --file "$out/reports.jsonl"
within 60 quiet
hand="SELECT count(*) FROM dispatcher.task t JOIN registry.unit u ON u.code = t.unit
	AND u.valid_to IS NULL WHERE t.state = 'assigned'"
same "each has its task" 300 "$(sql "$hand")"
limits="SELECT md5(string_agg(thing || name || due_at, ' ' ORDER BY thing, name))
	FROM run.deadline WHERE wake_at IS NOT NULL AND casefile IN (SELECT id FROM dispatcher.casefile)"

# It is loaded the day before; the risk of the change must be cleared.
began=$SECONDS
code "a change whose risk was not assessed is refused" 1 "$huying" pack load "$out/region/after"
is "and told" grep -q 'changes its boundaries: pack.csv names no record of its risk' "$out/code.err"
"$huying" publish boundary.assess title="1,509 townships" kind=merge_townships places=330122 risk=low \
	opinion=calm measures="a hotline" unit=330122-D-MZJ --division 330122 >/dev/null
within 20 quiet
change=$(sql "SELECT id FROM dispatcher.boundary")
echo "boundary,$change" >>"$out/region/after/pack.csv"
code "one that is not cleared too" 1 "$huying" pack load "$out/region/after"
is "by its state" grep -q "$change is assessed, not cleared" "$out/code.err"
"$huying" publish boundary.clear "boundary=$change" document=2026-3 approver=OF-LD-0001 \
	unit=330122-D-ZFB --division 330122 >/dev/null
within 20 quiet
code "the night's pack is loaded" 0 "$huying" pack load "$out/region/after"
"$huying" clock set 2026-03-18T23:59:59+08:00 >/dev/null
within 60 quiet
same "before midnight all is as it was" 0 "$(sql "SELECT count(*) FROM journal.event
	WHERE type LIKE 'casefile.rehome%'")"
before=$(sql "$limits")
"$huying" clock set 2026-03-19T00:00+08:00 >/dev/null
within 60 quiet
echo "# all of it in $((SECONDS - began)) s"
same "at midnight the change is in force" "effective in_force" "$(sql "SELECT b.state || ' ' || v.state
	FROM dispatcher.boundary b, dispatcher.version v")"
same "19,078 villages go on in others" 19078 "$(sql "SELECT count(*) FROM registry.division
	WHERE kind = 'village' AND valid_to IS NULL AND successors <> '{}'")"
same "1,509 townships too" 1509 "$(sql "SELECT count(*) FROM registry.division
	WHERE kind = 'township' AND valid_to IS NULL AND successors <> '{}'")"
same "every open casefile was told" 300 "$(sql "SELECT count(*) FROM journal.event
	WHERE type = 'casefile.rehomed'")"
same "nothing is with a unit that is gone" 300 "$(sql "$hand")"
same "nothing lies where nothing is" 0 "$(sql "SELECT count(*) FROM dispatcher.casefile c
	JOIN registry.division d ON d.code = c.division AND d.valid_to IS NULL
	WHERE c.state <> 'archived' AND d.successors <> '{}'")"
same "every limit stands as it stood" "$before" "$(sql "$limits")"
same "history keeps the old places" 300 "$(sql "SELECT count(*) FROM journal.event e
	JOIN registry.division d ON d.code = e.division AND d.valid_to IS NULL
	WHERE e.type = 'casefile.opened' AND d.successors <> '{}'")"
same "telling them again tells nobody" "no open casefile has to move" "$("$huying" pack follow)"
read -r old new <"$out/gone"
number=$(sql "SELECT id FROM dispatcher.casefile WHERE division = '$new' ORDER BY id LIMIT 1")
"$huying" publish task.sign "task=$number/T1" "unit=$old-V" --division "$new" >/dev/null
within 20 quiet
is "an old unit is told who took over" sh -c "'$huying' events --case '$number' -o json |
	grep -q 'UNIT_GONE.*$new-V'"
"$huying" publish task.sign "task=$number/T1" "unit=$new-V" --division "$new" >/dev/null
within 20 quiet
same "who took over works on" signed "$(sql "SELECT state FROM dispatcher.task WHERE id = '$number/T1'")"

# What would leave somebody behind is not loaded.
cp -r "$out/region/after" "$out/region/careless"
sed -i 's/^version,2/version,3/; s/2026-03-19/2026-03-25/' "$out/region/careless/pack.csv"
sed -i "/^$new,/d; /,$new\$/d" "$out/region/careless/divisions.csv"
sed -i "/^$new-/d" "$out/region/careless/units.csv"
code "a village that ends without a successor is refused" 1 \
	"$huying" pack load "$out/region/careless"
is "and named" grep -q "$new ended without a successor" "$out/code.err"
grep -q "$new ended" "$out/code.err" || head -5 "$out/code.err"

"$huying" publish boundary.evaluate "boundary=$change" opinion="shorter ways" unit=330122-D-MZJ \
	--division 330122 >/dev/null
within 20 quiet
same "what came of it is evaluated" evaluated "$(sql "SELECT state FROM dispatcher.boundary")"
code "all of it follows from the journal" 0 "$huying" replay dispatcher
