#!/bin/bash
# Poison holds up its own casefile and no other; it is tried again, taken
# again in order, or dropped, each effect once, with three instances of every
# service that come and go.
export HUYING_INSTANCES=3
. "$(dirname "$0")/../lib/system.sh"
start

wait_for() { # SECONDS SQL: until it says t
	local until=$((SECONDS + $1))
	while [ "$(sql "$2")" != t ] && [ $SECONDS -lt $until ]; do sleep 0.1; done
	[ "$(sql "$2")" = t ]
}
quiet() { wait_for 20 'SELECT run.quiet()'; }
# Casefile N, with a task that waits to be signed.
casefile() {
	"$huying" publish report.submit channel=grid matter=PU-011 \
		summary="路灯不亮$1" --id "report-$1" \
		--division "$(sed -n "$(($1 * 12 + 40))p" "$pack/grids.csv" | cut -d, -f3)" >/dev/null
	quiet
	sql "SELECT casefile FROM dispatcher.task WHERE casefile = (SELECT subject FROM journal.event
		WHERE type = 'report.received' ORDER BY seq DESC LIMIT 1)"
}
sign() { "$huying" publish task.sign task="$1/T1" unit="$(sql "SELECT unit FROM dispatcher.task WHERE id = '$1/T1'")" "${@:2}" >/dev/null; }
signed() { sql "SELECT count(*) FROM journal.event WHERE type = 'task.signed' AND subject = '$1'"; }

a=$(casefile 1) b=$(casefile 2) c=$(casefile 3) d=$(casefile 4)
is "four casefiles are under way ($a $b $c $d)" [ -n "$a" -a -n "$b" -a -n "$c" -a -n "$d" ]

# The database refuses what one casefile comes to.
sql "CREATE FUNCTION run.bite() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
		RAISE EXCEPTION 'bitten' USING ERRCODE = '23514'; END \$\$;
	GRANT EXECUTE ON FUNCTION run.bite() TO PUBLIC;
	CREATE TRIGGER bite BEFORE UPDATE ON dispatcher.task FOR EACH ROW
		WHEN (NEW.casefile = '$a') EXECUTE FUNCTION run.bite()"
sign "$a"
sign "$b"
is "the other casefile goes on" wait_for 10 "SELECT EXISTS (SELECT FROM journal.event WHERE type = 'task.signed' AND subject = '$b')"
is "the poison is parked" wait_for 10 "SELECT count(*) = 1 FROM run.parked WHERE casefile = '$a' AND tries > 0"
sign "$a"
is "what comes for its casefile waits behind it" wait_for 10 "SELECT count(*) = 2 FROM run.parked WHERE casefile = '$a'"
quiet
code "parked list tells, by its exit code too" 1 "$huying" parked list
same "of two" 2 "$(grep -c " $a  *task.sign " "$out/code.out")"
is "with the reason" grep -q '23514: bitten' "$out/code.out"
is "as JSON, too" sh -c "'$huying' parked --json | jq -se 'length == 2 and .[0].service == \"dispatcher\" and .[0].tries > 0 and .[1].tries == 0' >/dev/null"
code "status says that it is not well" 1 "$huying" status
code "parked show" 0 "$huying" parked show dispatcher "$a"
is "shows the event as the tail does" grep -q 'task.sign .*T1' "$out/code.out"
is "and how many are behind" grep -q '^behind it: 1$' "$out/code.out"
is "the service tries again by itself" wait_for 15 "SELECT max(tries) > 1 FROM run.parked WHERE casefile = '$a'"
code "a retry that fails says so" 1 "$huying" parked retry dispatcher "$a"
is "and why" grep -q 'parked again: 23514: bitten' "$out/code.out"
sql "DROP TRIGGER bite ON dispatcher.task"
code "a retry that succeeds" 0 "$huying" parked retry dispatcher "$a"
quiet
same "the effect is there, once" 1 "$(signed "$a")"
same "the one behind was taken after it, and refused" 1 \
	"$(sql "SELECT count(*) FROM journal.event WHERE type = 'command.refused' AND subject = '$a'")"
same "nothing is parked any more" 0 "$(sql 'SELECT count(*) FROM run.parked')"
code "and list says so" 0 "$huying" parked list

# Bytes that are no envelope; the journal's columns say whose they are.
sql "SELECT journal.append(ARRAY['/test'], ARRAY['poison'], ARRAY['task.sign'], ARRAY['$c'], ARRAY['330122109'],
	ARRAY[sha256('\\xdeadbeef')], ARRAY['\\xdeadbeef'::bytea])" >/dev/null
poison=$(sql 'SELECT max(seq) FROM journal.event')
sign "$c"
sign "$d"
is "it is parked by who would listen to it" wait_for 10 "SELECT string_agg(service, ' ') = 'dispatcher' FROM run.parked WHERE seq = $poison"
is "another casefile goes on" wait_for 10 "SELECT EXISTS (SELECT FROM journal.event WHERE type = 'task.signed' AND subject = '$d')"
is "its own waits" wait_for 10 "SELECT count(*) = 2 FROM run.parked WHERE casefile = '$c'"
code "show works for bytes that say nothing" 0 "$huying" parked show dispatcher "$poison"

# What is parked may be what meets a limit: the limit waits with it.
quiet
"$huying" clock advance 3d >/dev/null
is "limits of other casefiles run out" wait_for 20 "SELECT EXISTS (SELECT FROM journal.event WHERE type = 'deadline.overdue' AND subject = '$d')"
quiet
same "no limit of the casefile that is held up did" 0 \
	"$(sql "SELECT count(*) FROM journal.event WHERE type LIKE 'deadline.%' AND source = '/dispatcher' AND subject = '$c'")"

# Limits run out although the journal never stands still while they are looked at.
f=$(casefile 6)
still=$(sql "SELECT pg_get_functiondef('journal.still'::regproc)")
sql "CREATE OR REPLACE FUNCTION journal.still(seen bigint) RETURNS timestamptz LANGUAGE sql
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT NULL::timestamptz'"
"$huying" clock advance 3d >/dev/null
ran_out="SELECT EXISTS (SELECT FROM journal.event WHERE type = 'deadline.overdue' AND subject = '$f')"
for i in $(seq 200); do
	"$huying" publish task.sign task="$b/T1" unit=330122-GLZX --id "busy-$i" >/dev/null
	[ $((i % 10)) != 0 ] || ! wait_for 0 "$ran_out" || break
done
is "a busy journal does not hold limits up" wait_for 0 "$ran_out"
sql "$still"
quiet

# Three instances that are killed while they take again what was asked twice.
for i in $(seq 40); do sign "$c" --id "behind-$i"; done
is "forty more wait" wait_for 20 "SELECT count(*) = 42 FROM run.parked WHERE casefile = '$c'"
code "drop wants a reason" 2 "$huying" parked drop dispatcher "$poison"
code "and an event that is parked" 1 "$huying" parked drop dispatcher 1 --reason 'not there'
"$huying" parked drop dispatcher "$poison" --reason 'planted by a test' --no-wait 2>/dev/null
"$huying" parked retry dispatcher "$c" --no-wait 2>/dev/null
for pid in $(sed -n 's/^dispatcher //p' "$HUYING_VAR/pids"); do kill -9 "$pid"; done
is "all of it is taken in the end" wait_for 30 "SELECT count(*) = 0 FROM run.parked"
quiet
same "signed once" 1 "$(signed "$c")"
same "and refused forty times" 40 "$(sql "SELECT count(*) FROM journal.event WHERE type = 'command.refused' AND subject = '$c'")"
same "who dropped it, and why, is kept" "dropped $(id -un) planted by a test" \
	"$(sql "SELECT action || ' ' || who || ' ' || reason FROM run.parked_log WHERE seq = $poison")"
for verb in "UPDATE run.parked_log SET who = 'x'" 'DELETE FROM run.parked_log' 'TRUNCATE run.parked_log'; do
	is "the log refuses: $verb" sh -c "! psql '$HUYING_DB' -qAt -c \"$verb\" 2>/dev/null"
done
for verb in "INSERT INTO run.parked_request (service, action, casefile, seq, who, reason) VALUES ('scoring', 'drop', 'x', 1, 'x', 'x')" \
	"UPDATE run.parked_request SET action = 'drop'" 'DELETE FROM run.parked_log' 'DELETE FROM run.cursor'; do
	is "a service may not: $verb" sh -c "! psql '$HUYING_DB user=huying_scoring' -qAt -c \"$verb\" 2>/dev/null"
done

# A hiccup of the server, every time: its own casefile alone, and for as
# long as it takes.
e=$(casefile 5)
sql "CREATE FUNCTION run.stall() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
		RAISE EXCEPTION 'try again' USING ERRCODE = '40P01'; END \$\$;
	GRANT EXECUTE ON FUNCTION run.stall() TO PUBLIC;
	CREATE TRIGGER stall BEFORE UPDATE ON dispatcher.task FOR EACH ROW
		WHEN (NEW.casefile = '$e') EXECUTE FUNCTION run.stall()"
sign "$e"
f=$(casefile 6)
is "what fails every time is put aside, too" wait_for 15 "SELECT EXISTS (SELECT FROM run.parked WHERE casefile = '$e' AND retry_at IS NOT NULL)"
is "and the rest goes on" [ -n "$f" ]
sql "DROP TRIGGER stall ON dispatcher.task"
is "it is taken without a person when the fault has healed" wait_for 60 "SELECT count(*) = 0 FROM run.parked"
quiet
same "once" 1 "$(signed "$e")"

is "the journal verifies" sh -c "'$huying' verify | grep -q '^journal sound'"
code "and all rows follow from it" 0 "$huying" replay all
cat "$out/code.out" "$out/code.err"
