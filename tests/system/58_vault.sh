#!/bin/bash
# The vault: keys change while reports come in, who looks is written down
# before anything is shown, and what is over its term is gone.
. "$(dirname "$0")/../lib/system.sh"
start

phone=13800001234
tell() { # ID [WORDS...]: a citizen's report
	"$huying" publish report.submit channel=hotline place=村口 --division 330122109208 --id "$1" \
		--sealed name=申屠水根 --sealed phone=$phone --sealed "text=${text:-河边一堆垃圾$1}" "${@:2}" >/dev/null
}
settle() { within 20 quiet; }
case_of() {
	sql "SELECT e.subject FROM journal.event e JOIN journal.event c ON c.type = 'report.submit' AND c.id = '$1'
		WHERE e.type = 'report.received' AND e.subject LIKE '%' || lpad(c.seq::text, 7, '0')"
}
keys() { "$huying" vault keys --json | jq -r "select(.kind == \"$1\" and .state == \"$2\").$3"; }

tell first matter=CA-001
settle
case=$(case_of first)
is "a report has come in ($case)" [ -n "$case" ]

# Reveal.
code "a reason is wanted" 2 "$huying" vault reveal "$case" --as OF-ZB-0028
code "and an officer" 2 "$huying" vault reveal "$case" --reason 核对住址
code "one of the county's" 1 "$huying" vault reveal "$case" --reason 核对住址 --as OF-NOBODY
code "nobody's number in the reason" 2 "$huying" vault reveal "$case" --reason "打$phone" --as OF-ZB-0028
code "a casefile that there is not" 1 "$huying" vault reveal 330122-26-0999999 --reason 核对住址 --as OF-ZB-0028
same "nothing of it was shown, nothing is written" 0 "$(sql 'SELECT count(*) FROM vault.reveal_log')"
code "with both it is shown" 0 "$huying" vault reveal "$case" --reason 核对住址 --as OF-ZB-0028
is "who it is" grep -q "$phone" "$out/code.out"
same "who looked is kept" "OF-ZB-0028 $(id -un) 核对住址" "$(sql "SELECT who || ' ' || typed_by || ' ' || reason FROM vault.reveal_log")"
same "and told" 1 "$("$huying" events identity -o json | jq -r 'select(.data.officer == "OF-ZB-0028") | .subject' | grep -c "$case")"
is "the log of it stays as it is" sh -c "! psql '$HUYING_DB' -qAt -c 'DELETE FROM vault.reveal_log' 2>/dev/null"
sql "CREATE FUNCTION vault.deny() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'full'; END \$\$;
	CREATE TRIGGER deny BEFORE INSERT ON vault.reveal_log FOR EACH ROW EXECUTE FUNCTION vault.deny()"
code "what cannot be written down is not shown" 1 "$huying" vault reveal "$case" --reason 核对住址 --as OF-ZB-0028
is "not a word of it" [ ! -s "$out/code.out" ]
sql 'DROP TRIGGER deny ON vault.reveal_log'

# Rotation, while reports come in.
(for i in $(seq 40); do tell "during-$i" matter=PU-011; done) &
writer=$!
code "a new key locks, and what is there is locked anew" 0 "$huying" vault rotate --batch 3
code "a new pair to seal for" 0 "$huying" vault rotate --sealing
wait $writer
settle
sleep 2.2 # the bus looks at its file every two seconds
tell last matter=PU-011
settle
same "every report has its identity" 42 "$(sql 'SELECT count(*) FROM vault.identity')"
same "and none is parked" 0 "$(sql 'SELECT count(*) FROM run.parked')"
old=$(keys lock opens id)
code "the rest is locked anew" 0 "$huying" vault relock --batch 7
same "the old key holds nothing" 0 "$(keys lock opens holds)"
same "the new one all of it" 42 "$(keys lock newest holds)"
code "the newest cannot go" 1 "$huying" vault retire "$(keys lock newest id)"
sql "UPDATE vault.identity SET key_id = '$old' WHERE report = '$case'"
code "nor one that holds something" 1 "$huying" vault retire "$old"
sql "UPDATE vault.identity SET key_id = '$(keys lock newest id)' WHERE report = '$case'"
code "nor a sealing key whose boxes are there" 1 "$huying" vault retire "$(keys seal opens id)"
is "some were sealed for the new one" [ "$(keys seal newest holds)" -gt 0 ]
code "the old key goes" 0 "$huying" vault retire "$old"
same "out of the file" 1 "$(grep -vc names "$HUYING_VAR/keys/vault.key")"
code "everybody still opens" 0 "$huying" vault reveal "$case" --reason 核对住址 --as OF-ZB-0028
is "as who they were" grep -q "$phone" "$out/code.out"
tell after matter=PU-011
settle
same "intake goes on with the key of now" 43 "$(keys lock newest holds)"
is "nothing locks with one that went" sh -c "! psql '$HUYING_DB' -qAt -c \"INSERT INTO vault.identity (token, report, source, id, sealed, key_id,
	created_at) VALUES ('t', 'r', 's', 'i', '', '$old', now())\" 2>/dev/null"
code "a replay comes to the same identities" 0 "$huying" replay intake
cat "$out/code.err"

# Who books a reception goes the same way.
"$huying" publish booking.book room=330122-LDR channel=phone via=967000 at=2027-03-10T10:00+08:00 unit=330122-RX \
	--division 330122 --id booked --sealed name=申屠水根 --sealed phone=$phone >/dev/null
settle
booking=$(sql "SELECT id FROM intake.booking")
code "who booked is shown with a reason" 0 "$huying" vault reveal "$booking" --reason 询问未到原因 --as OF-ZB-0028
is "as who it is" grep -q "$phone" "$out/code.out"
same "the booking has a token" 1 "$(sql "SELECT count(*) FROM intake.booking b JOIN vault.identity i USING (token)")"
"$huying" publish booking.cancel booking="$booking" unit=330122-RX >/dev/null

# Terms: one casefile in the archive, one report refused, the rest open.
text=想问问离婚后财产怎么分 tell refused
settle
"$huying" publish report.refuse report="$(case_of refused)" kind=beyond_duty way=人民法院 unit=330122-RX >/dev/null
task=$case/T1
for command in "task.sign task=$task" "task.submit task=$task officer=OF-GW-0316 result=清理完毕"; do
	# shellcheck disable=SC2086
	"$huying" publish $command unit=330122109208-V >/dev/null
done
for command in "task.accept task=$task officer=OF-ZB-0028" "casefile.verify casefile=$case ok=true found=地面干净 officer=OF-ZB-0029" \
	"casefile.close casefile=$case outcome=solved"; do
	# shellcheck disable=SC2086
	"$huying" publish $command unit=330122109-CMD >/dev/null
done
settle
"$huying" publish callback.record callback="$case/B1" contacted=true solved=true satisfied=yes unit=330122-RX >/dev/null
settle
same "one is in the archive" archived "$(sql "SELECT state FROM dispatcher.casefile WHERE id = '$case'")"
left() { sql 'SELECT count(*) FROM vault.identity WHERE sealed IS NOT NULL'; }
before=$(left)
sql "SELECT run.set_clock('2027-03-18T23:59:59+08:00')" >/dev/null
code "the last second of the term" 0 "$huying" vault shred
same "nothing goes yet" "$before" "$(left)"
sql "SELECT run.set_clock('2027-03-19T00:00+08:00')" >/dev/null
code "a dry run counts" 0 "$huying" vault shred --dry-run
same "two" 2 "$(awk '$2 == "hotline" { print $1 }' "$out/code.out")"
same "and takes nothing" "$before" "$(left)"
code "the term is over" 0 "$huying" vault shred
same "both are gone" $((before - 2)) "$(left)"
same "their boxes with them" 0 "$(sql "SELECT count(*) FROM vault.sealed WHERE id IN ('first', 'refused')")"
same "and what a caller is known by" 0 "$(sql 'SELECT count(*) FROM vault.identity WHERE shredded_at IS NOT NULL AND person IS NOT NULL')"
same "said with a number and nothing else" '{"n":2,"boxes":2}' "$("$huying" events identity -o json | jq -c 'select(.type == "identity.shredded") | .data')"
code "nobody is known there any more" 1 "$huying" vault reveal "$case" --reason 核对住址 --as OF-ZB-0028
code "who looked then is" 0 "$huying" vault looked "$case"
same "twice" 2 "$(grep -c OF-ZB-0028 "$out/code.out")"
sql "SELECT run.set_clock('2028-03-10T00:00+08:00')" >/dev/null
code "a booking is kept as long after its day" 0 "$huying" vault shred
same "it is over" $((before - 3)) "$(left)"
code "and nobody is known there" 1 "$huying" vault reveal "$booking" --reason 询问未到原因 --as OF-ZB-0028
is "the journal verifies" sh -c "'$huying' verify | grep -q '^journal sound'"
