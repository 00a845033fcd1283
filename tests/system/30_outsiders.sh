#!/bin/bash
# Clients that are not ours: bad input, and the examples as they are printed.
. "$(dirname "$0")/../lib/system.sh"
start

/usr/bin/python3 tests/system/bad_input.py >"$out/bad" 2>&1
line=$(tail -1 "$out/bad")
is "bad input: one specific refusal each, nothing stored ($line)" \
	sh -c "tail -1 '$out/bad' | grep -q ', 0 failed'"
grep -i fail "$out/bad" | head -5
is "the bus is still the same process, and well" "$huying" status

# A file of events: what was taken, what refused, and what each led to.
report() { echo "{\"specversion\":\"1.0\",\"id\":\"mix-$1\",\"source\":\"/mix\",\"type\":\"$2\",\"division\":\"330122109\",\"data\":{$3}}"; }
{
	report 1 report.submit '"channel":"app","summary":"路灯不亮"'
	report 2 no.such ''
	report 3 report.submit '"channel":"smoke signals"'
	report 4 no.such ''
	report 5 report.submit '"channel":"hotline","summary":"井盖破损"'
	report 1 report.submit '"channel":"app","summary":"路灯不亮"'
	report 6 task.sign '"task":"330122-26-9999999/T1","unit":"330122109-ZF","officer":"OF-109-0003"'
} >"$out/mix.jsonl"
code "a file of events, some of them bad" 1 "$huying" publish --file "$out/mix.jsonl" --rate 100 --json \
	--wait-for report.received --timeout 30s
same "  each is told by its line" "2 3 4" "$(jq -r 'select(.status == "refused") | .line' "$out/code.out" | sort -n | tr '\n' ' ' | sed 's/ $//')"
is "  and all of them by code" grep -q '^7 events: 3 stored, 1 duplicate, .*, 3 refused: UNKNOWN_TYPE 2, BAD_ENUM 1$' "$out/code.err"
same "  what it waited for is shown" "mix-1 mix-5" "$(jq -r 'select(.type == "report.received" and .causationid) | .causationid' "$out/code.out" | sort | tr '\n' ' ' | sed 's/ $//')"
is "  what the rules refused is counted" grep -q '^2 of 3: report.received; 1 refused: UNKNOWN_ID 1$' "$out/code.err"
code "what does not come in time is an exit code" 1 "$huying" publish --file "$out/mix.jsonl" --wait-for casefile.archived --timeout 1s
is "  and told" grep -q 'nothing in time for 2$' "$out/code.err"
script -qec "'$huying' publish --file '$out/mix.jsonl'" /dev/null </dev/null >"$out/bar" 2>&1
is "a terminal sees how far it is" grep -q '\[=*.*\] *[0-9]*%  [0-9]* sent' "$out/bar"
is "  and nobody else does" sh -c "! grep -q '%' '$out/code.err'"

for f in examples/example.py examples/example.mjs examples/example.c; do
	is "$f has at most 40 lines" [ "$(wc -l <"$f")" -le 40 ]
done
# npm writes this file last: what was cut short is fetched again.
if [ ! -f examples/node_modules/.package-lock.json ]; then
	(cd examples && npm ci --no-audit --no-fund --loglevel=error 2>&1) >"$out/npm" || cat "$out/npm"
fi
"$huying" clock run >/dev/null
# The desk decides the reports of the examples.
desk() {
	for _ in $(seq 720); do
		sql "SELECT e.subject FROM journal.event e WHERE e.type = 'report.received' AND NOT EXISTS
			(SELECT FROM journal.event x WHERE x.subject = e.subject AND x.type IN
			('report.accepted', 'report.refused', 'report.merged', 'report.accept', 'report.refuse'))" |
			while read -r number; do
				"$huying" publish report.refuse "report=$number" kind=other way=试一试 \
					unit=330122-GLZX --subject "$number" >/dev/null 2>&1
			done
		sleep 0.5
		[ -f "$out/done" ] && break
	done
}
desk &
timeout 120 /usr/bin/python3 examples/example.py >"$out/py" 2>&1
is "the Python example publishes and follows to the end" sh -c "tail -1 '$out/py' | grep -q 'report.refused'"
timeout 120 node examples/example.mjs >"$out/node" 2>&1
is "the Node example publishes and follows to the end" sh -c "tail -1 '$out/node' | grep -q 'report.refused'"
timeout 120 build/"${MODE:-release}"/examples/example >"$out/c" 2>&1
is "the C example publishes and follows to the end" sh -c "tail -1 '$out/c' | grep -q 'report.refused'"
touch "$out/done"
wait
for f in py node c; do
	grep -q 'report.refused' "$out/$f" || { tail -5 "$out/$f"; "$huying" events --type report --type command | tail -20; }
done
