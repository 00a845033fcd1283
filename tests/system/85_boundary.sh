#!/bin/bash
# A region of the size of Sichuan: 1,509 townships and 19,078 villages are
# gone in one night, merged, split and shifted, with work open in hundreds of
# them; they are told page by page.
. "$(dirname "$0")/../lib/system.sh"

is "a region before and after that night is written" \
	sh -c "tests/boundary/province.py '$pack' '$out/region' >'$out/gone'"
sed -i 's/^boundary.page,none,[0-9]*/boundary.page,none,100/' "$out"/region/*/limits.csv
"$huying" up --sandbox 2>"$out/up.err" || { cat "$out/up.err"; exit 1; }
"$huying" clock set 2026-03-18T09:00+08:00 >/dev/null
code "4,610 townships and 45,447 villages are loaded" 0 \
	"$huying" pack load "$out/region/before"
# shellcheck disable=SC1091
set -a; . "$HUYING_VAR/env.sh"; set +a
{ head -280 "$out/gone"; tail -20 "$out/gone"; } | awk '{
	printf "{\"specversion\":\"1.0\",\"id\":\"b-%d\",\"source\":\"/villages\",", NR
	printf "\"type\":\"report.submit\",\"division\":\"%s\",\"data\":{", $1
	printf "\"channel\":\"grid\",\"matter\":\"EN-010\",\"place\":\"ditch %d\",", NR
	printf "\"summary\":\"ditch %d is blocked\"}}\n", NR }' >"$out/reports.jsonl"
code "300 villages report" 0 "$huying" publish --file "$out/reports.jsonl"
within 60 quiet
hand="SELECT count(*) FROM dispatcher.task t JOIN registry.unit u ON u.code = t.unit
	AND u.valid_to IS NULL WHERE t.state = 'assigned'"
same "each has its task" 300 "$(sql "$hand")"
limits="SELECT md5(string_agg(thing || name || due_at || coalesce(wake_at, due_at) || cycle, ' '
		ORDER BY thing, name))
	FROM run.deadline WHERE state IN ('armed', 'paused')
		AND casefile IN (SELECT casefile FROM registry.open_rows('', 'z') WHERE thing NOT IN ('boundary', 'version', 'limit'))"
strays() { sql "SELECT count(*) FROM registry.strays()"; }

# Open without a casefile: a fault on the books, a campaign, a report that
# waits at a desk; and a task that stands still.
read -r old new <"$out/gone"
say() { "$huying" publish "$@" >/dev/null; within 20 quiet; }
say fault.book "to=$old-V" matter=SF-016 what="an old hose" "unit=$old-V" --division "$old"
say campaign.plan class=fixed level=village matters=SF-016 "targets=${old:0:9}" theme=gas \
	finish_by=2026-04-30T18:00+08:00 unit=330122-GLZX --division 330122
say campaign.issue "campaign=$(sql "SELECT id FROM dispatcher.campaign")" approver=OF-LD-0001 \
	unit=330122-GLZX --division 330122
say report.submit channel=hotline reporter=anonymous summary="something or other" --division "$old"
same "a fault, a campaign's receipts and a report at the desk are open besides" "booked issued received" \
	"$(sql "SELECT f.state || ' ' || min(h.state) || ' ' || (SELECT max(state) FROM intake.report)
		FROM dispatcher.fault f, dispatcher.receipt h GROUP BY f.state")"
number=$(sql "SELECT casefile FROM dispatcher.task WHERE unit = '$old-V' ORDER BY id LIMIT 1")
say task.sign "task=$number/T1" "unit=$old-V" --division "$old"
say suspension.ask "task=$number/T1" until=2026-04-30T18:00+08:00 reason="a law suit" "unit=$old-V" --division "$old"
say suspension.grant "task=$number/T1" "unit=${old:0:9}-CMD" --division "$old"
same "and a task stands still" paused "$(sql "SELECT state FROM dispatcher.task WHERE id = '$number/T1'")"
same "nothing is with who is gone before the night" 0 "$(strays)"

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
same "every open casefile was told" 300 "$(sql "SELECT count(*) FROM journal.event e
	JOIN dispatcher.casefile c ON c.id = e.subject WHERE e.type = 'casefile.rehomed'")"
is "page by page" [ "$(sql "SELECT count(*) FROM journal.event WHERE type = 'version.follow'")" -gt 5 ]
same "no thing of any service, and no limit, is with who is gone" 0 "$(strays)"
[ "$(strays)" = 0 ] || sql "SELECT * FROM registry.strays() LIMIT 10"
same "nothing is with a unit that is gone" 299 "$(sql "$hand")"
same "of a split township each part has its own" 300 "$(sql "SELECT count(*) FROM dispatcher.task
	WHERE giver = left(division, 9) || '-CMD' AND unit = division || '-V'")"
same "the fault and the report lie with the successor" "$new-V $new" \
	"$(sql "SELECT f.unit || ' ' || r.division FROM dispatcher.fault f, intake.report r WHERE r.state = 'received'")"
same "nothing lies where nothing is" 0 "$(sql "SELECT count(*) FROM dispatcher.casefile c
	JOIN registry.division d ON d.code = c.division AND d.valid_to IS NULL
	WHERE c.state <> 'archived' AND d.successors <> '{}'")"
same "every limit stands as it stood" "$before" "$(sql "$limits")"
same "history keeps the old places" 300 "$(sql "SELECT count(*) FROM journal.event e
	JOIN registry.division d ON d.code = e.division AND d.valid_to IS NULL
	WHERE e.type = 'casefile.opened' AND d.successors <> '{}'")"
same "telling them again tells nobody" "no open casefile has to move" "$("$huying" pack follow)"
say suspension.end "task=$number/T1" "unit=${new:0:9}-CMD" --division "$new"
same "what stood still goes on with the successor" "signed $new-V" "$(sql "SELECT t.state || ' ' || l.unit
	FROM dispatcher.task t JOIN run.deadline l ON l.thing = t.id AND l.name = 'finish' WHERE t.id = '$number/T1'")"
number=$(sql "SELECT casefile FROM dispatcher.task WHERE state = 'assigned' AND casefile IN (
	SELECT subject FROM journal.event WHERE type = 'casefile.opened' AND division = '$(sed -n 2p "$out/gone" | cut -d' ' -f1)')")
read -r old new <<<"$(sed -n 2p "$out/gone")"
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
cp -r "$out/region/after" "$out/region/again"
sed -i 's/^version,2/version,3/; s/2026-03-19/2026-03-25/' "$out/region/again/pack.csv"
sed -i "s/^\($old,.*\),$new\$/\1,/" "$out/region/again/divisions.csv"
grep "^$old-" "$out/region/before/units.csv" | sed "s/,${old:0:9}-T,/,${new:0:9}-T,/" >>"$out/region/again/units.csv"
code "a village that was merged away does not come back" 1 "$huying" pack load "$out/region/again"
is "its code is never used again" grep -q "$old went on in $new: a code is never used again" "$out/code.err"

"$huying" publish boundary.evaluate "boundary=$change" opinion="shorter ways" unit=330122-D-MZJ \
	--division 330122 >/dev/null
within 20 quiet
same "what came of it is evaluated" evaluated "$(sql "SELECT state FROM dispatcher.boundary")"
# What runs out now is the successor's.
"$huying" clock set 2026-03-26T09:00+08:00 >/dev/null
within 60 quiet
"$huying" events --type deadline.overdue -o json >"$out/overdue"
is "limits have run out since" grep -q finish "$out/overdue"
cut -d' ' -f1 "$out/gone" | sed 's/$/-V/' >"$out/units"
same "and no fact of it names a unit that is gone" 0 "$(grep -cFf "$out/units" "$out/overdue")"
for service in dispatcher intake; do
	code "all of $service follows from the journal" 0 "$huying" replay "$service"
done
