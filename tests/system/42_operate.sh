#!/bin/bash
# What an operator looks with: doctor, top, the cause tree, completion, man
# pages; and a calendar that changes while limits run.
. "$(dirname "$0")/../lib/system.sh"

# Without an installation.
code "doctor without a database" 3 "$huying" doctor --db "host=$out dbname=huying"
is "  says what to do" grep -q -- '-> start it' "$out/code.out"

# bash completes by what the commands say of themselves.
code "completion for bash" 0 "$huying" completion bash
cp "$out/code.out" "$out/huying.bash"
code "none for another shell" 2 "$huying" completion fish
# shellcheck disable=SC1091
. "$out/huying.bash"
completed() { # WORD...: the last one is to be completed
	COMP_WORDS=(huying "$@")
	COMP_CWORD=$#
	_huying
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}
same "commands" "campaign cards case " "$(completed ca)"
same "first words of key" "revoke rotate " "$(completed key r)"
same "options" "--dry-run " "$(completed pack recount --dr)"
same "values that are known" "always auto never " "$(completed case show --color '')"
same "types of events" "call.raise call.raised " "$(completed tail call.rai)"
same "commands alone for publish" "call.raise " "$(completed publish call.rai)"
same "no word where a file is wanted" "" "$(completed pack load '' | tr -d ' ')"
every() { # each option of each command
	local c o
	while read -r c; do
		for o in $("$huying" "$c" --help=options); do
			COMP_WORDS=(huying "$c" "${o%=}") COMP_CWORD=2
			_huying
			[[ " ${COMPREPLY[*]} " == *" ${o%=} "* ]] || { echo "$c $o"; return 1; }
		done
	done < <(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' cli/commands.def)
}
is "every option of every command" every

# Man pages, from the same texts.
mkdir "$out/man1"
code "help --man" 0 "$huying" help --man "$out/man1"
same "a page for each command, and one for the tool" \
	"$(($(grep -c '^COMMAND(' cli/commands.def) + 1))" "$(ls "$out/man1" | wc -l)"
for f in "$out"/man1/*.1; do groff -man -ww -K utf8 -T utf8 "$f" >>"$out/man.txt" 2>>"$out/man.err"; done
same "they render without a warning" "" "$(head -5 "$out/man.err")"
is "and tell it all" sh -c "sed 's/.\x08//g; s/\x1b\[[0-9;]*m//g' '$out/man.txt' | grep -q 'The journal keeps its place\|the place that was reached is kept\|--cursor-file FILE'"
code "help of a command" 0 "$huying" help status
is "  is its own" grep -q '^usage: huying status' "$out/code.out"
code "help of none" 2 "$huying" help nonsense

start
"$huying" publish report.submit channel=grid matter=PU-011 summary=路灯不亮 --division 330122109002001 >/dev/null
"$huying" publish report.submit channel=hotline --division 330122109002001 --sealed text=院士路口路灯杆倾斜 --sealed phone=10000000000 >/dev/null
is "two reports are worked on" within 20 quiet
number=$(sql "SELECT casefile FROM dispatcher.task ORDER BY casefile LIMIT 1")

# The cause tree.
code "case trace" 0 "$huying" case trace "$number"
is "begins with the report" sh -c "head -1 '$out/code.out' | grep -q ' report.submit'"
is "draws what it led to" grep -q '├─ .*task.assigned\|└─ .*task.assigned' "$out/code.out"
is "and by whom" grep -q ' dispatcher  *.*task.assigned' "$out/code.out"
code "without line-drawing characters" 0 "$huying" case trace "$number" --ascii
is "  it is ASCII" grep -q '`- \||- ' "$out/code.out"
"$huying" publish task.sign task="$number/T1" unit="$(sql "SELECT unit FROM dispatcher.task WHERE id = '$number/T1'")" >/dev/null
is "it is signed" within 10 quiet
"$huying" case trace "$number" -o json >"$out/trace.json"
is "each effect follows its cause" sh -c "jq -se 'map({key: (.seq | tostring), value: .}) | from_entries as \$e |
	all(.[]; .value.cause == null or (\$e[.value.cause | tostring] and .value.cause < .value.seq))' '$out/trace.json' >/dev/null"
same "all of the casefile is in it" "$(sql "SELECT count(*) FROM journal.event WHERE subject = '$number'")" \
	"$(jq -s "map(select(.subject == \"$number\")) | length" "$out/trace.json")"
same "the command that signed it, too" task.sign \
	"$(jq -rs 'map({key: (.seq | tostring), value: .}) | from_entries as $e | .[] | .value | select(.type == "task.signed") | $e[.cause | tostring].type' "$out/trace.json")"
code "of no casefile" 1 "$huying" case trace 330122-26-9999999

# Live, and once.
code "top --once" 0 "$huying" top --once
is "has units, calls, limits" sh -c "grep -q '^.UNIT\|^UNIT' '$out/code.out' && grep -q '^CALL (' '$out/code.out' && grep -q '^LIMIT OF' '$out/code.out'"
is "and the task's unit" sh -c "'$huying' top -o json | jq -se 'any(.[]; .kind == \"unit\" and .work > 0)' >/dev/null"
code "of a place" 0 "$huying" top --once --division 330122002 --sort due --rows 3
is "  where nobody has anything to do" grep -q 'UNIT (0)' "$out/code.out"
code "a key that is none" 2 "$huying" top --sort colour
/usr/bin/python3 tests/system/top.py "$huying"

# doctor: what it finds, and what somebody broke.
level() { "$huying" doctor --json | jq -rs "map(select(.check == \"$1\")) | max_by({ok: 0, note: 1, warn: 2, bad: 3}[.level]).level"; }
for c in database settings standby schema roles pack services vault clients; do
	same "doctor: $c" ok "$(level $c)"
done
is "each finding that is not ok says what to do" sh -c "'$huying' doctor --json | jq -se 'all(.[]; .level == \"ok\" or .level == \"note\" or (.do | length) > 10)' >/dev/null"
same "holidays of 2027 are not known yet" note "$(level calendar)"
sql "ALTER SYSTEM SET full_page_writes = off" && sql "SELECT pg_reload_conf()" >/dev/null
is "a setting that may lose data" within 5 sh -c "[ \"\$('$huying' doctor --quiet | grep -c 'BAD .*full_page_writes is off')\" = 1 ]"
code "  is told by the exit code" 4 "$huying" doctor
sql "ALTER SYSTEM RESET full_page_writes" && sql "SELECT pg_reload_conf()" >/dev/null
chmod 644 "$HUYING_VAR/keys/vault.key"
same "a key that others may read" bad "$(level keys)"
chmod 600 "$HUYING_VAR/keys/vault.key"
mv "$HUYING_VAR/keys/vault.key" "$out/vault.key"
same "a key that is gone" bad "$(level keys)"
code "up makes no other in its place" 3 "$huying" up
is "  and says what there is to do" grep -q 'vault.key is gone, and 1 identities .* --new-keys' "$out/code.err"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$HUYING_VAR/keys/vault.key"
chmod 600 "$HUYING_VAR/keys/vault.key"
same "another in its place" bad "$(level vault)"
mv "$out/vault.key" "$HUYING_VAR/keys/vault.key"
"$huying" key bus --out "$out/bus.key" >/dev/null
"$huying" key new hotline --publish report.submit --out "$out/hotline.key" >/dev/null
same "a client with one" ok "$(level clients)"
sql "INSERT INTO access.client (name, rate, burst) VALUES ('nobody', 10, 10)"
same "a client without a key" warn "$(level clients)"
psql "$HUYING_DB" -qAt -c "CREATE DATABASE bare"
bare=$(printf %s "$HUYING_DB" | sed 's/dbname=huying/dbname=bare/')
"$huying" doctor --db "$bare" >"$out/bare" 2>&1
is "a database without a schema" grep -q 'WARN  schema  *cannot be examined' "$out/bare"
"$huying" migrate --db "$bare" >/dev/null
"$huying" doctor --db "$bare" >"$out/bare"
same "one without a county, or anybody who works" 2 "$(grep -c 'BAD .*\(no county\|bus does not run\)' "$out/bare")"

# Words that no other script runs.
same "the clock is shown" "$("$huying" clock)" "$("$huying" clock show)"
code "the clock runs" 0 "$huying" clock run
code "and stops" 0 "$huying" clock stop
code "the journal is shown" 0 "$huying" journal show
code "a client's limits" 0 "$huying" key limit hotline --rate 50 --note 'test'
code "rates by unit" 0 "$huying" score show
code "schemas" 0 "$huying" schema ls
code "  and printed" 0 "$huying" schema print "$out/schemas"
code "every command of the tool is run by a test" 0 tests/commands.sh "$huying"
cat "$out/code.out"

# A holiday notice that comes late moves limits that run, and only those.
before=$(sql "SELECT due_at FROM run.deadline WHERE casefile = '$number' AND name = 'finish'")
rule=$(sql "SELECT rule FROM run.deadline WHERE casefile = '$number' AND name = 'finish'")
code "nothing to count again" 0 "$huying" pack recount
same "  no limit moves" "0 limits move; 0 casefiles told" "$(cat "$out/code.out")"
cp -r "$pack" "$out/notice"
sed -i 's/^version,.*/version,2026.2/; s/^valid_from,.*/valid_from,2026-03-18/' "$out/notice/pack.csv"
for d in 18 19 20; do echo "2026-03-$d,off,补放,https://www.gov.cn/" >>"$out/notice/calendar.csv"; done
{ head -1 "$out/notice/calendar.csv"; tail -n +2 "$out/notice/calendar.csv" | sort; } >"$out/sorted" && mv "$out/sorted" "$out/notice/calendar.csv"
code "the notice is loaded" 0 "$huying" pack load "$out/notice"
is "  and says what is to be done" grep -q 'huying pack recount' "$out/code.err"
same "limits run on as they were ($rule)" "$before" "$(sql "SELECT due_at FROM run.deadline WHERE casefile = '$number' AND name = 'finish'")"
code "a dry run" 0 "$huying" pack recount --dry-run
is "  lists it" grep -q "^$number/T1 .* finish .* -> " "$out/code.out"
code "they are counted again" 0 "$huying" pack recount
is "by the services" within 20 sh -c "[ \"\$(psql '$HUYING_DB' -qAt -c \"SELECT count(*) FROM journal.event WHERE type = 'deadline.moved' AND subject = '$number'\")\" -gt 0 ]"
quiet
is "it ends later" [ "$(sql "SELECT due_at > '$before' FROM run.deadline WHERE casefile = '$number' AND name = 'finish'")" = t ]
same "the task says the same" t "$(sql "SELECT t.finish_by = d.due_at FROM dispatcher.task t JOIN run.deadline d ON d.thing = t.id AND d.name = 'finish' WHERE t.id = '$number/T1'")"
code "again" 0 "$huying" pack recount
same "  it is done" "0 limits move; 0 casefiles told" "$(cat "$out/code.out")"
code "all rows follow from the journal" 0 "$huying" replay all
cat "$out/code.out"

# What the README types, line by line.
quoted() { # README: lines of its blocks for a shell, joined
	sed -n '/^```sh$/,/^```$/p' "$1" | grep -v '^```' | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' | sed 's/ *# .*//'
}
typed() {
	local line=$1
	case $line in
	"make "* | cp\ .env* | docker-compose*) return 0 ;;          # make e2e, .ci/run
	*"--tcp"* | *" key new hotline"* | HUYING_KEY=*) return 0 ;; # 50_access.sh
	*" key limit "* | *backup* | *restore*) return 0 ;;
	*" up "* | *" up" | *sandbox*) return 0 ;;
	esac
	line=${line//NUMBER/$number}
	line=${line//编号/$number}
	case $line in
	*" tail "*) line="timeout 2 $line" ;;
	*" topics"*) line=${line/10s/1s} ;;
	esac
	bash -c "$line" >"$out/typed" 2>&1
	case $? in
	0 | 1 | 124) return 0 ;;
	4) [[ $line == *doctor* ]] && return 0 ;; # what is wrong with this machine
	esac
	echo "$line"
	tail -3 "$out/typed"
	return 1
}
for page in README.md README.zh-CN.md; do
	while read -r line; do [ -z "$line" ] || is "$page: ${line:0:70}" typed "$line" </dev/null; done < <(quoted $page)
done
