#!/bin/bash
# A backup while everything works, and its way into an empty cluster.
. "$(dirname "$0")/../lib/system.sh"
trap '"$root/deploy/cluster.sh" destroy "$HUYING_VAR/other"; finish' EXIT

start
report() { "$huying" publish report.submit --division "$1" channel=hotline summary=路灯不亮 --sealed "phone=$2" >"$out/publish" 2>&1 || cat "$out/publish"; }
report 330122109 10000000001
report 330122110 10000000002
is "there is work done" within 30 quiet
kept=$HUYING_VAR/backups
mkdir -p "$kept/20200101T000000Z.partial" "$kept/not-ours"
code "a backup" 0 "$huying" backup "$kept"
first=$(awk '{ print $1 }' "$out/code.out")
is "  is a folder below it" test -s "$first/database.dump"
is "  with a manifest" jq -e '.format == 1 and .state.head > 0 and (.state.tables | length) > 50' "$first/manifest.json" >/dev/null
same "  of what the journal holds" "$("$huying" verify --json | jq -r .hash)" "$(jq -r .state.hash "$first/manifest.json")"
same "  and nobody else may look" 700 "$(stat -c %a "$first")"
is "what was left half done is gone" test ! -e "$kept/20200101T000000Z.partial"
report 330122109 10000000003
is "there is more work done" within 30 quiet
code "a second, and a third, of which two stay" 0 "$huying" backup "$kept" --keep 2
code "  and again" 0 "$huying" backup "$kept" --keep 2 -o json
second=$(jq -r .backup "$out/code.out")
is "the first has gone" test ! -e "$first"
is "what is not ours stays" test -d "$kept/not-ours"
same "two are there" 2 "$(find "$kept" -name manifest.json | wc -l)"
code "one at a time in a folder" 1 flock "$kept" "$huying" backup "$kept"
is "  and it says so" grep -q 'another backup' "$out/code.err"
code "no folder" 1 "$huying" backup "$HUYING_VAR/nowhere"
code "keep must be a number" 2 "$huying" backup "$kept" --keep none
code "and every no less than a minute" 2 "$huying" backup "$kept" --every 5s
# On a schedule: when the newest is old enough, and until it is told to end.
for b in "$kept"/2*; do mv "$b" "$kept/2020${b##*/????}"; done
"$huying" backup "$kept" --every 1d >"$out/every" 2>&1 &
is "the newest is old: another is made" within 30 grep -q "^$kept/" "$out/every"
kill $!
wait $!
same "  until it is told to end" 0 $?
second=$(awk '{ print $1 }' "$out/every")
# What cannot be finished leaves nothing.
mkdir "$HUYING_VAR/full"
code "a backup that fails" 1 sh -c "ulimit -f 8; trap '' XFSZ; '$huying' backup '$HUYING_VAR/full'"
same "  leaves nothing" "" "$(ls "$HUYING_VAR/full")"

# Into another cluster, that nobody has written to.
head=$(sql 'SELECT journal.head()')
hash=$("$huying" verify --json | jq -r .hash)
deploy/cluster.sh start "$HUYING_VAR/other" "$HUYING_VAR/sock"
there="host=$HUYING_VAR/sock user=huying"
make_db() { psql "$there dbname=postgres" -qc "CREATE DATABASE $1"; }
make_db huying && make_db bad
cp -r "$second" "$HUYING_VAR/damaged"
printf x | dd of="$HUYING_VAR/damaged/database.dump" bs=1 seek=5000 conv=notrunc status=none
code "what is damaged is not restored" 1 "$huying" restore "$HUYING_VAR/damaged" --db "$there dbname=bad"
is "  and it says what is" grep -q 'damaged' "$out/code.err"
code "nor what is of a newer program" 1 sh -c "sed -i 's/\"schema\": [0-9]*/\"schema\": 9999/' '$HUYING_VAR/damaged/manifest.json' && '$huying' restore '$HUYING_VAR/damaged' --db '$there dbname=bad'"
is "  and it says so" grep -q 'newer than this program' "$out/code.err"
cp -r "$second" "$HUYING_VAR/other_rows"
jq '(.state.tables[] | select(.table == "intake.report") | .rows) += 1' "$second/manifest.json" >"$HUYING_VAR/other_rows/manifest.json"
code "what comes out otherwise than it went in is told" 1 "$huying" restore "$HUYING_VAR/other_rows" --db "$there dbname=bad"
is "  by its table" grep -q 'intake.report differs' "$out/code.err"
code "what holds something is not written over" 1 "$huying" restore "$second" --db "$HUYING_DB"
is "  and it says so" grep -q 'not empty' "$out/code.err"
code "no backup" 1 "$huying" restore "$HUYING_VAR/nowhere" --db "$there dbname=huying"

code "the newest of the folder comes back" 0 "$huying" restore "$kept" --db "$there dbname=huying"
is "  and is compared" grep -q "^restored and the same: journal to $head, hash $hash" "$out/code.out"
is "  and says which keys its vault needs" grep -q '^vault key needed: lock ' "$out/code.out"
code "schema and rights" 0 "$huying" migrate --roles --db "$there dbname=huying"
same "the journal is the same and sound" "$hash" "$("$huying" verify --json --db "$there dbname=huying" | jq -r .hash)"
# Row by row, by PostgreSQL's own tool; but for who is running, what the bus
# notes when it stops, and the epoch.
rows() { pg_dump "$1" --data-only --exclude-table=run.instance --exclude-table=journal.type_last --exclude-table=journal.epoch | grep -v '^\\\(un\)\?restrict' | sort; }
"$huying" down 2>/dev/null
deploy/cluster.sh start "$HUYING_VAR/pg" "$HUYING_RUN"
rows "$HUYING_DB" >"$out/here"
rows "$there dbname=huying" >"$out/there"
is "every row is there" diff "$out/here" "$out/there"
same "a new epoch tells who followed" "2 $((head + 1))" "$(psql "$there dbname=huying" -qAt -F ' ' -c 'SELECT epoch, from_seq FROM journal.epoch ORDER BY 1 DESC LIMIT 1')"
# The vault opens with its keys, and with no others.
code "the vault's keys open it" 0 "$huying" vault keys --db "$there dbname=huying"
is "  as they did" grep -q '^lock .* newest .* 3$' "$out/code.out"
"$huying" secrets "$HUYING_VAR/new" >/dev/null
code "without them" 0 env HUYING_VAULT_KEY="$HUYING_VAR/new/vault.key" HUYING_INTAKE_KEY="$HUYING_VAR/new/intake.key" \
	"$huying" vault keys --db "$there dbname=huying"
is "  it is known what is missing" grep -q '^lock .* missing .* 3$' "$out/code.out"

# And it works on: the services on the restored cluster.
export HUYING_DB="$there dbname=huying"
pids=
for s in bus intake dispatcher; do
	build/bin/$s >"$out/$s.log" 2>&1 &
	pids="$pids $!"
done
trap 'kill $pids 2>/dev/null; wait; "$root/deploy/cluster.sh" destroy "$HUYING_VAR/other"; finish' EXIT
code "a report after it" 0 "$huying" publish report.submit --division 330122110 channel=inspection matter=CA-001 place=富春路 summary=路灯不亮 --source /hotline --wait-for report.received --timeout 30s
is "  stands behind the last one, in the new epoch" test "$(sql "SELECT count(*) FROM journal.event WHERE epoch = 2 AND seq > $head")" -gt 0
