#!/bin/bash
# A rolling upgrade: this version and the next one on one bus and one
# database.  The next one is made here: a new field in a command, a fact and a
# row, a new type, and a migration that this version works with.
. "$(dirname "$0")/../lib/system.sh"

next=$HUYING_VAR/next
n=$(sed -n 's/^#define SCHEMA_VERSION //p' common/db/migrations.h)
field='OPTIONAL, 24, AS_WORD, "Which lane it takes")'
noted='MSG(report_noted, "report.noted", 1, FACT, intake, "Its lane was noted")\n'
noted+='FIELD(report_noted, str, report, REQUIRED, 32, AS_CASEFILE, "Its number")\nMSG_END(report_noted)'
# edit FILE SCRIPT: with sed, and something must have changed
edit() {
	sed -i.was "$2" "$next/$1"
	if cmp -s "$next/$1" "$next/$1.was"; then echo "not ok nothing to change in $1"; exit 1; fi
	rm "$next/$1.was"
}
mkdir -p "$next/services/migrator"
tar -c Makefile deploy/make cli common include lib schemas services | tar -x -C "$next"
edit common/db/migrations.h "s/^#define SCHEMA_VERSION .*/#define SCHEMA_VERSION $((n + 1))/"
edit schemas/events/report.def "s/^MSG_END(report_submit)/FIELD(report_submit, str, lane, $field\n&/
	s/^MSG_END(report_received)/FIELD(report_received, str, lane, $field\n&\n$noted/"
edit services/intake/rows.def "s/^ROW_END(report)/FIELD(report, str, lane, $field\n&/"
edit services/intake/rules_report.c 's/^\tr->visit = m->visit;/&\n\tr->lane = m->lane;/
	s/^\t\t.booking = m->booking,/&\n\t\t.lane = m->lane,/
	s/^\tstep_emit(s, &msg_report_received_desc, &f);/&\n\tif (m->lane.n > 0) step_emit(s, \&msg_report_noted_desc, \&(struct msg_report_noted){ .report = r->id });/'
printf -- '-- Works with: %d\nALTER TABLE intake.report ADD COLUMN lane text;\n' "$n" >"$next/schemas/db/00$((n + 1))_lane.sql"
cat >"$next/services/migrator/main.c" <<-'C'
	#include "common/db/migrations.h"
	#include <stdio.h>
	int
	main(int argc, char **argv)
	{
		struct db *db = NULL;
		struct migrated m;
		struct err e = { .rc = RC_OK };
		enum rc rc = db_open(&db, argv[argc - 1], "migrator", &e);

		if (rc == RC_OK && (rc = db_migrate(db, &m, &e)) == RC_OK)
			printf("%d -> %d\n", m.before, m.after);
		(void)fputs(e.text, stderr);
		return rc != RC_OK;
	}
C
make -j2 -C "$next" MODE=next OPT=-O0 HARDEN= WARN= \
	build/next/bin/bus build/next/bin/intake build/next/bin/dispatcher build/next/bin/migrator >"$out/make" 2>&1 ||
	{ tail -20 "$out/make"; echo "not ok the next version builds"; exit 1; }

# Processes by hand; of each that was told to end, that it did.
start
"$huying" down 2>/dev/null
deploy/cluster.sh start "$HUYING_VAR/pg" "$HUYING_RUN"
declare -A pid
this=$root/build/bin
that=$next/build/next/bin
run() { # run NAME FOLDER PROGRAM
	HUYING_HEALTH="unix:$HUYING_VAR/health.$1" "$2/$3" >>"$out/$1.log" 2>&1 &
	pid[$1]=$!
}
ready() { curl -sf -o /dev/null --max-time 5 --unix-socket "$HUYING_VAR/health.$1" http://huying/readyz; }
end() {
	local name
	for name in "$@"; do
		kill "${pid[$name]}" && wait "${pid[$name]}"
		unset "pid[$name]"
	done
}
n_reports=0
trap 'kill "${pid[@]}" 2>/dev/null; wait; finish' EXIT
# Each from another township: none is taken for one of before.
mapfile -t places < <(sed -n 's/^\(330122[12]..\),.*/\1/p' "$pack/divisions.csv")
report() { /usr/bin/python3 tests/system/upgrade.py "${places[n_reports++ % ${#places[@]}]}" "$@"; }
goes() { # goes WHAT EXPECTED [LANE]: a report, and what followed from it
	report "${@:3}" >"$out/goes" 2>&1
	same "$1" "$2" "$(tail -1 "$out/goes")"
}
taken() { curl -s --max-time 5 --unix-socket "$HUYING_VAR/health.$1" http://huying/metrics | sed -n 's/^huying_events_taken_total //p'; }
way='report.received report.accepted casefile.opened casefile.routed task.assigned'
laned='report.received lane report.noted report.accepted casefile.opened casefile.routed task.assigned'

for s in bus intake dispatcher enforcement mediation scoring; do run $s "$this" $s; done
goes "this version works" "$way"
[ -n "$(sql "SELECT 1 FROM journal.event WHERE type = 'task.assigned' LIMIT 1")" ] || exit 1
same "the next one brings its schema" "$n -> $((n + 1))" "$("$that/migrator" "$HUYING_DB")"
psql "$HUYING_DB" -qf deploy/db/roles.sql >/dev/null
goes "this version works on" "$way"
end dispatcher
run dispatcher "$this" dispatcher
is "and starts on the newer schema" within 20 ready dispatcher
code "its migrate leaves that alone" 0 "$huying" migrate
is "  and says so" grep -q "^schema $((n + 1)) is newer than this program ($n) and works with it" "$out/code.out"

end bus
run bus "$that" bus
goes "the next bus under this version's services: they read past a new field" "$way" fast
run dispatcher2 "$that" dispatcher
is "the next dispatcher starts beside this one" within 20 ready dispatcher2
# By its number a casefile is of one of eight slots, half of them each's.
shared() {
	local _
	for _ in {1..20}; do
		report fast >/dev/null 2>&1
		[ "$(taken dispatcher2)" -gt 0 ] && [ "$(taken dispatcher)" -gt "$before" ] && return 0
	done
	return 1
}
before=$(taken dispatcher)
is "both work, each on its share" shared
end intake
run intake2 "$that" intake
goes "the next intake says what this version does not know" "$laned" fast
goes "and reads what this version's clients send" "$way"
same "the new column is written" fast "$(sql "SELECT DISTINCT lane FROM intake.report WHERE lane <> ''")"
code "this version's tool shows the new type" 0 "$huying" events --type report.noted
is "  by its name" grep -q 'report.noted' "$out/code.out"
code "and what it is about" 0 "$huying" case show "$(sql "SELECT subject FROM journal.event WHERE type = 'report.noted' LIMIT 1")"

# And back again: what the next version wrote is no hindrance.
end bus intake2 dispatcher2
run bus "$this" bus
run intake "$this" intake
goes "back on this version alone" "$way"
code "whose bus refuses what it does not know" 1 report fast
is "  by its name" grep -q lane "$out/code.err"
same "nothing was parked by any of them" 0 "$(sql 'SELECT count(*) FROM run.parked')"
is "the journal is sound" sh -c "'$huying' verify | grep -q '^journal sound'"
is "  of both versions" test "$(sql "SELECT count(DISTINCT type) FROM journal.event WHERE type IN ('report.noted', 'task.assigned')")" = 2

# A schema that this version cannot work with is not touched by it.
sql "UPDATE run.migration SET oldest = version WHERE version = $((n + 1))"
code "a service refuses what is not for it" 1 "$this/scoring"
is "  and says what to do" grep -q 'update this one' "$out/code.err"
code "there is no way back for migrate" 1 "$huying" migrate
