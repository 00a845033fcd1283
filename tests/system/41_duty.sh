#!/bin/bash
# Who is on duty: the county's board, a unit's roster, a township's coverage.
. "$(dirname "$0")/../lib/system.sh"

# field PROGRAM: of the JSON in code.out
field() { /usr/bin/python3 -c "import json, sys; d = json.load(open('$out/code.out')); print($1)"; }

code "before there is a database nobody can tell" 3 "$huying" duty
start
code "the county's board" 0 "$huying" duty
is "  has each command room with its officer until the shift ends" \
	grep -Eq '^330122109-CMD .*OF-ZB-0028 .*until 03-18 08:30, in 8h 30m' "$out/code.out"
is "  and every 24-hour unit has somebody" grep -q '^107 of 107 ' "$out/code.out"
code "a quarter of an hour after the shift" 0 "$huying" duty 330122109-CMD --at 2026-03-18T08:45 -o json
same "  somebody else is there" "['OF-ZB-0029'] 2026-03-19T08:30:00+08:00" "$(field '
	[r["officer"] for r in d["units"][0]["roster"] if r["on_duty"]],
	[r["until"] for r in d["units"][0]["roster"] if r["on_duty"]][0]')"
same "  and all may be called, in turn" "{'rotating'}" "$(field '{r["staffing"] for r in d["units"][0]["roster"]}')"
code "an emergency team sits nowhere" 0 "$huying" duty 330122002-EM
is "  it is on call" grep -q 'nobody sits there' "$out/code.out"
same "  and lent by others" 6 "$(grep -c 'on call 随驻 .* of 旧县街道' "$out/code.out")"

code "a street and its centre town" 0 "$huying" duty 330122002 -o json
same "  one team is the 1 of 1+X" "[('330122003-ZF', ['330122002'])]" "$(field '
	[(c["team"], c["one_for"]) for c in d["coverage"] if c["mode"] == "centre"]')"
same "  two cadres are locked there" "[('OF-PZ-0001', '330122-D-SCJ'), ('OF-PZ-0015', '330122-D-SCJ')]" \
	"$(field '[(o["officer"], o["home"]) for o in d["locked"]]')"
code "the centre town" 0 "$huying" duty 330122102
is "  has the team that is the 1 for three" grep -q '^  own .*330122102-ZF .*the 1 for 瑶琳镇, 莪山畲族乡, 钟山乡' "$out/code.out"

"$huying" publish cadre.return cadre=OF-PZ-0007 reason="never there" unit=330122109-CMD officer=OF-LD-0025 \
	--division 330122109 >/dev/null
within 20 quiet
code "a township that gave a cadre back" 0 "$huying" duty 330122109
is "  is told so" grep -q '^given back 反向否决' "$out/code.out"
is "  and who" grep -q '^  OF-PZ-0007 .*330122109-M2 .* since 03-18' "$out/code.out"
code "the unit that had the cadre" 0 "$huying" duty 330122109-M2 -o json
same "  has nobody locked any more" "[] ['330122-D-ZJJ']" \
	"$(field 'd["locked"], [g["home"] for g in d["given_back"]]')"

code "a unit that is none" 1 "$huying" duty 330122-NONE
code "a day before the pack" 1 "$huying" duty 330122109-CMD --at 2025-01-01
code "a time that is none" 2 "$huying" duty --at noon
code "a form that is none" 2 "$huying" duty -o xml

sql "DELETE FROM registry.roster WHERE unit = '330122109-CMD'"
code "a room that lost its roster fails the board" 1 "$huying" duty
is "  and is named" grep -q '^nobody at 330122109-CMD 分水镇' "$out/code.out"
is "  in its line too" grep -Eq '^330122109-CMD .*NOBODY$' "$out/code.out"
is "  and counted" grep -q '^106 of 107 ' "$out/code.out"
code "and in JSON" 1 "$huying" duty -o json
same "  by its code" "['330122109-CMD']" "$(field 'd["nobody"]')"
code "its township fails as well" 1 "$huying" duty 330122109
code "another does not" 0 "$huying" duty 330122002
