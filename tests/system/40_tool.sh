#!/bin/bash
# The tool: help for each command, exit codes, oracles of the clocks.
. "$(dirname "$0")/../lib/system.sh"

for c in $(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' cli/commands.def); do
	code "huying $c --help" 0 "$huying" "$c" --help
	is "  and says how it is used" grep -q "^usage: huying $c" "$out/code.out"
done
code "no command" 2 "$huying"
code "an unknown command" 2 "$huying" nonsense
code "no database" 3 "$huying" status
code "no bus" 3 "$huying" tail --no-follow

due() { same "deadline $1 $2 from $3" "$4" "$("$huying" deadline "$1" "$2" --from "$3")"; }
due working-hours 2h 2026-02-13T17:30+08:00 2026-02-14T09:30:00+08:00
due working-days 5d 2024-09-27T10:00+08:00 2024-10-10T23:59:59+08:00
due calendar 90d 2026-01-05T10:00+08:00 2026-04-05T23:59:59+08:00
due calendar 60d 2025-08-04T10:00+08:00 2025-10-03T23:59:59+08:00
due natural 30m 2026-03-18T08:00+08:00 2026-03-18T08:30:00+08:00
due working-days 3d 2026-02-13T09:00+08:00 2026-02-25T23:59:59+08:00
due working-days 1d 2026-09-30T09:00+08:00 2026-10-08T23:59:59+08:00

code "the pack is sound" 0 "$huying" pack check "$pack"
start
is "loading it again changes nothing" sh -c "'$huying' pack load '$pack' 2>&1 | grep -qi 'already'"
code "migrate has nothing to do" 0 "$huying" migrate
same "the clock stands still" 2026-03-18T00:00:00+08:00 "$("$huying" clock)"
same "the clock moves" 2026-03-20T00:00:00+08:00 "$("$huying" clock advance 2d)"
code "but not back" 1 "$huying" clock set 2026-03-19T00:00+08:00
code "status is well" 0 "$huying" status
code "down" 0 "$huying" down
code "down again" 0 "$huying" down
same "no process is left" "" "$(ps -eo args | grep -F "$HUYING_VAR" | grep -v grep)"
code "up again, with what was there" 0 "$huying" up
same "the clock is where it was" 2026-03-20T00:00:00+08:00 "$("$huying" clock)"

# A service refuses a schema that it was not built for.
sql "INSERT INTO run.migration VALUES (9999, 'later', 'x')"
code "a service does not start on another schema" 1 build/bin/scoring
is "  and says what to do" grep -q 'update this one' "$out/code.err"
code "nor does the bus" 1 build/bin/bus
code "and migrate does not go back" 1 "$huying" migrate
is "  and says why" grep -q 'newer than this program' "$out/code.err"
sql "DELETE FROM run.migration WHERE version = 9999"

# A database that is no sandbox keeps the real time.
psql "$HUYING_DB" -qAt -c "CREATE DATABASE real"
real=$(printf %s "$HUYING_DB" | sed 's/dbname=huying/dbname=real/')
"$huying" migrate --db "$real" >/dev/null
code "a real clock cannot be moved" 1 "$huying" clock advance 2d --db "$real"
is "  and it says why" grep -q 'not a sandbox' "$out/code.err"

# What containers are given: once, and for their owner alone.
code "secrets are made" 0 "$huying" secrets "$out/secrets"
sum() { cat "$out"/secrets/* | sha256sum; }
before=$(sum)
code "again: nothing is written over" 0 "$huying" secrets "$out/secrets"
same "  and they are what they were" "$before" "$(sum)"
same "only three of them may be read by others" "grafana.password intake.pub postgres.password" \
	"$(cd "$out/secrets" && find . -perm /044 -printf '%f\n' | sort | tr '\n' ' ' | sed 's/^\. //; s/ $//')"
code "migrate gives the roles their passwords" 0 "$huying" migrate --secrets "$out/secrets" --db "$real"
scram() { sql "SELECT count(*) FROM pg_authid WHERE rolname LIKE 'huying%' AND rolpassword LIKE 'SCRAM-SHA-256\$%'"; }
same "  each of them, and no server keeps them as they are" 8 "$(scram)"
is "  and its log has none of them" sh -c "! grep -qF \"\$(cut -d: -f5 '$out/secrets/huying_bus.pgpass')\" '$HUYING_VAR/pg/server.log'"
echo 'host:port:no' >"$out/secrets/huying_bus.pgpass"
code "a password file that is none is refused" 1 "$huying" migrate --secrets "$out/secrets" --db "$real"
is "  by its name" grep -q 'huying_bus.pgpass' "$out/code.err"
