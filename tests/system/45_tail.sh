#!/bin/bash
# huying tail as a tool: filters, ends, exit codes, cursors, JSON, and nothing
# lost or told twice while the bus is killed.
. "$(dirname "$0")/../lib/system.sh"

# N events straight into the journal, quickly; they mean nothing to anybody.
is_known() { [ "$("$huying" events -n 1 -F '%{seq}' 2>/dev/null)" = "$(head_seq)" ]; }
feed() {
	psql "$HUYING_DB" -qAt >/dev/null <<-SQL
		DO \$\$
		DECLARE
			head constant bytea := '\x85ab7370656376657273696f6ea3312e30a26964ac';
			rest constant bytea := '\xa6736f75726365aa2f746573742f66656564a474797065ae636c6f636b2e616476616e636564a46461746182a466726f6dd919323032362d30332d31385430303a30303a30302b30383a3030a2746fd919323032362d30332d31385430303a30303a30302b30383a3030';
			first int;
			done int := 0;
		BEGIN
			SELECT count(*) INTO first FROM journal.event_key WHERE source = '/test/feed';
			WHILE done < $1 LOOP
				PERFORM count(*) FROM (SELECT journal.append(
					array_agg('/test/feed'::text), array_agg(id),
					array_agg('clock.advanced'::text), array_agg(NULL::text),
					array_agg(NULL::text), array_agg(sha256(body)),
					array_agg(body))
				FROM (SELECT id, head || convert_to(id, 'UTF8') || rest AS body
					FROM (SELECT lpad((first + done + i)::text, 12, '0') AS id
						FROM generate_series(1, least(500, $1 - done)) AS i) AS a) AS b) AS c;
				done := done + 500;
				COMMIT;
			END LOOP;
		END \$\$;
	SQL
	# Nobody rang: the bus finds it by itself.
	within 30 is_known
}
head_seq() { sql 'SELECT journal.head()'; }
# Appends ONE event whose bytes are given in hex, under a type.
put_bytes() {
	sql "SELECT seq FROM journal.append(ARRAY['/test/bytes'], ARRAY['$2'], ARRAY['$1'], ARRAY[NULL::text],
		ARRAY[NULL::text], ARRAY[sha256('\x$3'::bytea)], ARRAY['\x$3'::bytea])"
}
lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
said_live() { grep -q -e '-- live --' "$1"; }
# Seqs of FILE, in order, compared with all from A to B.
seqs_are() {
	grep -o '^~\?[0-9]*' "$1" | tr -d '~' | $4 >"$out/seqs"
	seq "$2" "$3" | cmp -s - "$out/seqs"
}

# What is wrong is told before anything is done.
while read -r args; do
	eval "code \"tail \$args\" 2 '$huying' tail $args"
done <<'TABLE'
--nonsense
--count
-c 0
-c x
-c -1
-n 0
-n 1000001
--from-seq 0
--from-seq 1.5
--since
--since tomorrow
--until never
--since 1h -n 5
--from-seq 1 --since 1h
--after-cursor 1:1 --from-seq 1
--after-cursor 5
--timeout soon
--timeout -1s
--idle 1w
-o xml
-o json -F '%{seq}'
--json -F '%{seq}'
-F ''
-F '%{nothing}'
-F '%d'
-F '\q'
-j
-j -F '{"a": %{seq}'
-j -F '{"a": %5{seq}}'
-G unit
--group-limit 5
-G case --group-limit 0
-G case -R 5
-R 0
-R 5/
--color sometimes
--time late
--follow --no-follow
--fill-gaps --no-fill-gaps
--live-only --since 1h
--live-only --no-follow
--live-only -n 5
--live-only --cursor-file /tmp/none
--division 33012
--division Tonglu
--case 417
--type Call
--type 'call/330122'
--source ''
call/33012
'call raised'
-T ''
a b c d e f g h i j k l m n o p q
TABLE
echo rubbish >"$out/rubbish"
code "a cursor file with something else in it" 2 "$huying" tail --cursor-file "$out/rubbish"
code "no bus" 3 "$huying" events
code "no bus within the time" 3 "$huying" tail --timeout 1s
code "no live feed" 3 "$huying" tail --live-only

start
report() {
	"$huying" publish report.submit --division 330122109 --source /test/feed channel=grid summary=树倒了 >"$out/report" 2>&1
}
is "a report is published" within 10 report
cat "$out/report"
"$huying" tail --from-seq 1 --type casefile.routed --type report.received -c 1 --timeout 20s >/dev/null 2>&1
within 20 quiet
first=$(head_seq)

# The last word is the count, not the time; and the other ends.
code "the count is there already" 0 timeout 60 "$huying" tail --from-seq 1 -c 2 --timeout 50s
same "  and nothing more is shown" 2 "$(grep -c '^[0-9][0-9]:' "$out/code.out")"
code "fewer than the count" 1 "$huying" events -c 1000000
code "fewer than the count in time" 1 "$huying" tail --from-seq 1 -c 1000000 --timeout 1s
code "something in time" 0 "$huying" tail --from-seq 1 --timeout 1s
code "nothing in time" 1 "$huying" tail --timeout 500ms
code "nothing for a while" 1 "$huying" tail --idle 500ms
code "something, then nothing for a while" 0 "$huying" tail --from-seq 1 --idle 500ms
code "nothing matches" 1 "$huying" events --type mediation.apply
code "an end in the past" 0 "$huying" tail --from-seq 1 --until +1m --timeout 20s
code "an end before everything" 1 "$huying" events --until 2026-03-17
code "a place that there is not yet" 1 "$huying" events --from-seq 1000000
same "the last three" "$(seq $((first - 2)) "$first" | xargs)" "$("$huying" events -n 3 -o topics | cut -d' ' -f1 | xargs)"
same "the last of a kind" "$(sql "SELECT max(seq) FROM journal.event WHERE type = 'report.submit'")" \
	"$("$huying" events -n 1 --type report.submit -F '%{seq}')"
same "from a time" "$first" "$("$huying" events --since 2026-03-18 -o topics | wc -l)"
same "from a time in Unix seconds" "$first" "$("$huying" events --since 1773763200 -o topics | wc -l)"
same "from the sandbox's now" "$first" "$("$huying" events --since 10m -o topics | wc -l)"
same "and not before" 0 "$("$huying" events --since +10m -o topics | wc -l)"
same "all but some" "$(sql "SELECT count(*) FROM journal.event WHERE type NOT LIKE 'clock.%' AND type NOT LIKE 'report.%'")" \
	"$("$huying" events -T clock --not-type 'report.*' -o topics | wc -l)"
same "by sender" "$(sql "SELECT count(*) FROM journal.event WHERE source = '/intake'")" \
	"$("$huying" events --source /intake -o topics | wc -l)"
same "a casefile's number as a word of a line" "$(sql 'SELECT DISTINCT subject FROM journal.event WHERE subject IS NOT NULL')" \
	"$("$huying" events -F '%{case}' 'report.received/330122' )"
is "what belongs together is shown together" sh -c "
	'$huying' events -G case --time none | grep -A1 '^== .*not at its end ==' | grep -q '^report.submit'"
same "a count is one of events, not of casefiles" 3 "$("$huying" events -G case -c 3 -o topics 2>/dev/null | wc -l)"
same "machines are told events alone" "$first" "$("$huying" events -G case -o json 2>/dev/null | jq -s length)"
same "so many lines and no more" 1 "$("$huying" events -R 1/10m -o topics 2>"$out/rate" | wc -l)"
is "  and how many are not shown" grep -q "^-- $((first - 1)) events not shown" "$out/rate"
same "quiet means quiet" "" "$("$huying" events -q -R 1/10m 2>&1 >/dev/null)"
is "it says where it was" sh -c "'$huying' events -v 2>&1 >/dev/null | grep -q '^-- cursor 1:$first, $first shown --'"
same "and goes on behind it" 2 "$("$huying" events --after-cursor 1:$((first - 2)) -o topics | wc -l)"
same "raw is what the log sends" "$(sql "SELECT encode(string_agg(envelope, NULL ORDER BY seq), 'hex') FROM journal.event")" \
	"$("$huying" events -o raw | od -An -v -tx1 | tr -d ' \n')"
same "colour only for terminals" 0 "$("$huying" events | grep -c $'\033')"
same "never in JSON" 0 "$("$huying" events --color always -o json | grep -c $'\033')"
is "or when it is wanted" sh -c "'$huying' events --color always | grep -q \$(printf '\033')"

# Every example of the help does what it is for: it is told, or there is none.
"$huying" tail --help | sed -n '/^examples:/,$ s/^  huying/huying/p' >"$out/examples"
is "the help has examples" [ "$(wc -l <"$out/examples")" -ge 6 ]
while read -r line; do
	run=$(sed "s|huying tail|'$huying' tail --timeout 2s|; s|huying events|'$huying' events|; s|/tmp/huying.cursor|$out/example.cursor|" <<<"$line")
	bash -c "set -o pipefail; $run" >"$out/code.out" 2>"$out/code.err"
	is "$line" [ $? -le 1 ]
	is "  without a complaint" [ "$(grep -cv '^-- ' "$out/code.err")" = 0 ]
done <"$out/examples"

# Whoever reads may go away; a signal is an orderly end.
"$huying" events -o json 2>"$out/pipe.err" | head -1 >/dev/null
same "a pipe that is closed is no fault" "0 0" "${PIPESTATUS[*]}"
same "  and not worth a word" "" "$(cat "$out/pipe.err")"
"$huying" tail --from-seq 1 2>/dev/null | head -1 >/dev/null
same "nor while it follows" "0 0" "${PIPESTATUS[*]}"
for sig in "INT 130" "TERM 0"; do
	read -r name want <<<"$sig"
	"$huying" tail --from-seq 1 --cursor-file "$out/$name.cursor" -o topics >"$out/$name.out" 2>"$out/$name.err" &
	pid=$!
	within 20 said_live "$out/$name.err"
	kill -"$name" $pid
	wait $pid
	same "SIG$name" "$want" $?
	same "  its place is kept" "1:$first" "$(cat "$out/$name.cursor")"
done
code "nothing is left behind that place" 1 "$huying" events --cursor-file "$out/TERM.cursor"
"$huying" tail -o topics >"$out/line" 2>"$out/line.err" &
pid=$!
is "a tail is live at once" within 20 said_live "$out/line.err"
feed 1
is "a line is there as soon as its event" within 20 lines "$out/line" 1
kill $pid
wait $pid

# The bus is killed while it follows: no line is lost, none comes twice.
first=$(head_seq)
"$huying" tail -o topics >"$out/killed" 2>"$out/killed.err" &
pid=$!
"$huying" tail --live-only -o topics clock.advanced >"$out/live" 2>"$out/live.err" &
live=$!
within 20 said_live "$out/killed.err"
within 20 said_live "$out/live.err"
(for _ in 1 2 3 4 5 6; do feed 1500; sleep 0.4; done) &
feeder=$!
kills=0
for _ in 1 2 3; do
	sleep 1
	bus=$(sed -n 's/^bus //p' "$HUYING_VAR/pids")
	if [ -n "$bus" ] && kill -9 "$bus" 2>/dev/null; then kills=$((kills + 1)); fi
done
wait $feeder
is "the bus was killed ($kills times)" [ $kills -ge 2 ]
last=$(head_seq)
is "the tail has all after it" within 60 lines "$out/killed" $((last - first))
is "so has a live one" within 60 lines "$out/live" $((last - first))
kill $pid $live
wait $pid
same "  and ends well" 0 $?
wait $live
is "each event once, in order" seqs_are "$out/killed" $((first + 1)) "$last" cat
is "each event once from the live feed, too" seqs_are "$out/live" $((first + 1)) "$last" "sort -n"

# The tail is killed: what was shown may come again, nothing is left out.
first=$(head_seq)
: >"$out/resumed"
(for _ in 1 2 3 4 5 6; do feed 1000; sleep 0.3; done) &
feeder=$!
for _ in 1 2 3 4; do
	"$huying" tail --from-seq $((first + 1)) --cursor-file "$out/cursor" -o topics >>"$out/resumed" 2>/dev/null &
	pid=$!
	sleep 1.3
	kill -9 $pid
	wait $pid 2>/dev/null
done
wait $feeder
last=$(head_seq)
"$huying" events --from-seq $((first + 1)) --cursor-file "$out/cursor" -o topics >>"$out/resumed"
is "kill -9 of the tail leaves nothing out" seqs_are "$out/resumed" $((first + 1)) "$last" "sort -nu"
same "its file holds the end" "1:$last" "$(cat "$out/cursor")"
is "and nothing else lies beside it" [ "$(find "$out" -name 'cursor*' | wc -l)" = 1 ]

# With orderly ends nothing comes twice, in however many pieces it is read.
rm -f "$out/cursor"
: >"$out/pieces"
while "$huying" tail --from-seq $((first + 1)) --cursor-file "$out/cursor" -c 1237 --idle 500ms -o topics >>"$out/pieces" 2>/dev/null; do
	:
done
is "in pieces each event comes once" seqs_are "$out/pieces" $((first + 1)) "$last" cat

# A reader of the live feed that was too slow.
first=$(head_seq)
"$huying" tail --live-only --strict -o topics clock.advanced >"$out/slow" 2>"$out/slow.err" &
fills=$!
"$huying" tail --live-only --strict --no-fill-gaps -o topics clock >"$out/lost" 2>"$out/lost.err" &
strict=$!
within 20 said_live "$out/slow.err"
within 20 said_live "$out/lost.err"
kill -STOP $fills $strict
feed 60000
last=$(head_seq)
kill -CONT $fills $strict
wait $strict
same "events lost and not fetched end it, with --strict" 4 $?
is "  and it says which" grep -q 'lost events between' "$out/lost.err"
is "events lost are fetched" within 60 lines "$out/slow" $((last - first))
kill $fills
wait $fills
same "  and it goes on" 0 $?
is "  each once" seqs_are "$out/slow" $((first + 1)) "$last" "sort -n"
is "  those fetched are marked" grep -q '^~' "$out/slow"

# JSON is JSON, whatever people write.
/usr/bin/python3 tests/system/odd_texts.py publish 400 "$out/odd.sent" >"$out/odd" 2>&1 || cat "$out/odd"
"$huying" events --source /test/odd -o json >"$out/odd.json"
is "every text comes back as it was" /usr/bin/python3 tests/system/odd_texts.py compare "$out/odd.sent" <"$out/odd.json"
is "  on a line each" sh -c "[ \$(wc -l <'$out/odd.json') = \$(jq -s length '$out/odd.json') ]"
"$huying" events --source /test/odd -o json-pretty | jq -c . >"$out/odd.again"
is "indented it is the same" sh -c "jq -c . '$out/odd.json' | cmp -s - '$out/odd.again'"
"$huying" events --source /test/odd -j -F '{"i":"<%{id}>","s":%{data.summary},"p":"%{data.place}","d":%{data}}' >"$out/odd.format"
same "so is a format of one's own" "$(jq -c '[.data.summary, .data]' "$out/odd.json" | sha256sum)" \
	"$(jq -c '[.s, .d]' "$out/odd.format" | sha256sum)"
is "nothing steers the terminal" sh -c "! '$huying' events --source /test/odd | LC_ALL=C grep -q '[[:cntrl:]]'"
feed $((100000 - $(head_seq)))
"$huying" events -o json >"$out/all.json"
same "100000 events pass jq" "$(head_seq)" "$(wc -l <"$out/all.json")"
is "  no fewer" [ "$(wc -l <"$out/all.json")" -ge 100000 ]
is "  line by line" sh -c "jq -e . '$out/all.json' >/dev/null"
same "  none is missing" "$(wc -l <"$out/all.json")" "$(jq -r .sequence "$out/all.json" | sort -u | wc -l)"

# What is no event is shown as such, and is in nobody's way.
bad=$(put_bytes call.raised bad-1 8161)
short=$(put_bytes call.raised bad-2 85ab7370656376657273696f6ea3312e30a26964a17aa6736f75726365a22f78a474797065ab63616c6c2e726169736564a46461746180)
feed 1
code "an event that cannot be read" 0 "$huying" events --from-seq "$bad"
is "  is told as such" grep -q "(unreadable) .* event $bad: LENGTH_OVERRUN" "$out/code.out"
same "  and those behind it are told, too" "$((short + 1))" "$("$huying" events --from-seq "$bad" -o topics | tail -1 | cut -d' ' -f1)"
is "  as JSON it is JSON" sh -c "'$huying' events --from-seq $bad -o json | jq -e . >/dev/null"
code "  it is not what was asked for" 1 "$huying" events --from-seq "$bad" -c 3
code "  with --strict it is the end" 5 "$huying" events --from-seq "$bad" --strict
code "so is one that is not what its schema says" 5 "$huying" events --from-seq "$short" --strict
is "  and it is named" grep -q "event $short is not what the schema of call.raised says" "$out/code.err"
code "all that is sound is fine" 0 "$huying" events --from-seq $((short + 1)) --strict
