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
