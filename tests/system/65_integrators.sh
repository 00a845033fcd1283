#!/bin/bash
# Whoever integrates: docs/integrators.md, each block as it stands there, from
# an empty directory; and what needs no bus at all: schema, decode.
. "$(dirname "$0")/../lib/system.sh"

# The vocabulary, without an installation.
code "a message is shown" 0 "$huying" schema show report.submit
is "  with what must be there" grep -q '^  channel *required  grid|hotline' "$out/code.out"
is "  and how to publish one" grep -q '^huying publish report.submit channel=\.\.\.$' "$out/code.out"
code "  for programs as its JSON Schema" 0 "$huying" schema show report.submit -o json
same "  the published one" "$(jq -S . schemas/published/report.submit.json)" "$(jq -S . "$out/code.out")"
code "one that is not there" 1 "$huying" schema show report.sbmit
code "messages are listed" 0 "$huying" schema ls -o json
same "  every one" "$(jq -r '.components.messages | length' schemas/published/asyncapi.json)" "$(wc -l <"$out/code.out")"
code "  by noun and kind" 0 "$huying" schema ls task --commands
is "  and no other" sh -c "! grep -qv '^task\\.[a-z_]* *command' '$out/code.out'"
code "what nothing fits" 1 "$huying" schema ls nothing

event='{"specversion":"1.0","id":"a","source":"/x","type":"task.sign","data":{"task":"330122-26-0000417/T1","unit":"330122109-ZF","officer":"OF-109-0003"}}'
cat >"$out/bad.jsonl" <<BAD
$event

{"specversion":"1.0","id":"b","source":"/x","type":"report.submit","data":{"chanel":"app","lat":"here"}}
{"specversion":"1.0","id":"c","source":"/x","type":"no.such","data":{}}
{"specversion":"1.0","source":"/x","type":"task.sign","data":{}}
{nothing
{"specversion":"1.0","id":"d","source":"/x","type":"report.submit","data":{"channel":"app","summary":"call 13800138000"}}
{"specversion":"1.0","id":"e","source":"/x","type":"task.sign","data":{"task":"330122-26-0000417/T1","unit":"U","officer":"O"},"sealedpart":{"text":"x"}}
BAD
code "a file with faults" 1 "$huying" schema check "$out/bad.jsonl"
same "  each by its line and code" "3 UNKNOWN_FIELD|4 UNKNOWN_TYPE|5 FIELD_MISSING|6 BAD_JSON|7 PERSONAL_DATA|8 SEAL_UNEXPECTED|" \
	"$(sed -n 's/^line \([0-9]*\): \([A-Z_]*\): .*/\1 \2/p' "$out/code.out" | tr '\n' '|')"
is "  every one of a line" grep -q '^line 3: .*chanel.*channel.*\|^line 3: .*channel.*chanel' "$out/code.out"
is "  and never with what is personal" sh -c "! grep -q 13800138000 '$out/code.out' '$out/code.err'"
"$huying" schema check "$out/bad.jsonl" -o json >"$out/bad.json" 2>/dev/null
same "  for programs, too" "3 4 5 6 7 8" "$(jq -r .line "$out/bad.json" | tr '\n' ' ' | sed 's/ $//')"
code "a file that is not there" 3 "$huying" schema check "$out/nothing"

# Bytes, in every dress.
/usr/bin/python3 -c 'import json, msgpack, sys; sys.stdout.buffer.write(msgpack.packb(json.loads(sys.argv[1])))' "$event" >"$out/event"
readable() { "$huying" decode "$@" 2>"$out/decode.err" | jq -Sc .data; }
want=$(jq -Sc .data <<<"$event")
same "bytes are decoded" "$want" "$(readable "$out/event")"
same "  as hex digits" "$want" "$(od -An -tx1 "$out/event" | readable)"
same "  as base64" "$want" "$(base64 -w0 "$out/event" | readable -)"
same "  several" 3 "$(cat "$out/event" "$out/event" "$out/event" | "$huying" decode -o json 2>/dev/null | wc -l)"
same "  any other map as it is" '{"code":"BUSY","retry":"later"}' "$(printf '\202\244code\244BUSY\245retry\245later' | "$huying" decode -o json)"
code "bytes that end too soon" 1 sh -c "head -c 40 '$out/event' | '$huying' decode"
is "  by the code of the bus" grep -q 'TRUNCATED\|LENGTH_OVERRUN' "$out/code.err"
code "no bytes at all" 1 sh -c "'$huying' decode </dev/null"
code "noise" 1 sh -c "head -c 4096 /dev/urandom | '$huying' decode"
printf '\203\247chanel!\001' >"$out/odd"
code "what is no event of the bus" 1 "$huying" decode "$out/odd"

"$huying" publish task.sign task=330122-26-0000417/T1 unit=330122109-ZF officer=OF-109-0003 --id spooled-1 \
	--spool "$out/spool" --timeout 1s >"$out/spooled" 2>&1
same "the events of a spool" spooled-1 "$("$huying" decode -o json "$out/spool" 2>/dev/null | jq -r .id)"

# The page, from an empty directory, with what a stranger has.
prefix=$out/usr
make -o all MODE="${MODE:-release}" install PREFIX="$prefix" >"$out/install" 2>&1 || cat "$out/install"
for f in huying_publisher_open $(grep -o 'huying_[a-z_]*(' include/huying.h | grep -v 'huying_publish_\.\.\.' | tr -d '(' | sort -u); do
	grep -q "F[no] $f\\b" "$prefix/share/man/man3/libhuying.3" || missing="${missing:-} $f"
done
same "the man page has every function" "" "${missing:-}"
same "  and mandoc finds no fault in it" "" "$(mandoc -T lint -W warning "$prefix/share/man/man3/libhuying.3" 2>&1)"
mkdir "$out/empty" "$out/path" "$out/other"
code "a sandbox leaves the folder of others alone" 1 "$huying" sandbox --dir "$out/other"
code "  and does not end what is none" 1 "$huying" sandbox down --dir "$out/other"
same "  nor put anything there" "" "$(ls -A "$out/other")"
ln -s "$prefix/bin/huying" "$out/path/huying"
ln -s /usr/bin/python3 "$out/path/python3"
awk -f tests/lib/blocks.awk docs/integrators.md >"$out/page.sh"
(
	cd "$out/empty" || exit 1
	export PATH=$out/path:$PATH PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
	export npm_config_prefer_offline=true npm_config_update_notifier=false
	# Settings of another installation do not reach a sandbox.
	export HUYING_VAR=/nowhere HUYING_RUN=/nowhere HUYING_DB=dbname=nowhere
	timeout 240 bash -eu "$out/page.sh" >"$out/page" 2>"$out/page.err"
)
same "every block of the page runs" "== all $(grep -c '^```[a-z]' docs/integrators.md) blocks" "$(grep '^==' "$out/page" | tail -1)"
same "  each program to the casefile's end" 3 "$(grep -c 'casefile.archived' <(sed -n '/block 3:/,/block 10:/p' "$out/page"))"
is "  what the rules refuse is told by its code" grep -q '^NOT_YOUR_UNIT: ' "$out/page"
is "  and it leaves nothing" [ ! -e "$out/empty/huying-sandbox" ] && [ ! -e "$out/empty/still" ]
grep -q '^== all' "$out/page" || { tail -25 "$out/page"; tail -25 "$out/page.err"; cat "$out"/empty/*/log/setup.log "$out"/empty/*/log/staff.log 2>/dev/null | tail -20; }
for dir in huying-sandbox still; do
	[ ! -e "$out/empty/$dir" ] || (cd "$out/empty" && "$huying" sandbox down --dir "$dir")
done
