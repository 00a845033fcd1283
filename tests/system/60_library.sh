#!/bin/bash
# libhuying as a stranger gets it: installed, found by pkg-config alone, from
# an empty directory, against a system that runs from what was installed.
. "$(dirname "$0")/../lib/system.sh"
mode=${MODE:-release}
prefix=$out/usr
# What is there is installed; nothing is built anew.
install() { make -o all MODE="$mode" install "$@" >"$out/install" 2>&1 || { cat "$out/install"; false; }; }

is "make install" install PREFIX="$prefix"
is "  with a DESTDIR, too" install PREFIX=/usr/local DESTDIR="$out/stage"
same "  the same files" "$(cd "$prefix" && find . | sort)" "$(cd "$out/stage/usr/local" && find . | sort)"
huying=$prefix/bin/huying
code "the tool runs from there" 0 "$huying" --version
same "the library shows what is public, and nothing else" "" \
	"$(nm -D --defined-only "$prefix/lib/libhuying.so.0" | awk '$2 != "A" { print $3 }' | grep -v '^huying_[a-z_]*@@HUYING_0$')"
same "  nor does the static one" "" \
	"$(nm -g --defined-only "$prefix/lib/libhuying.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -v '^huying_')"
same "  all that the header declares" \
	"$(grep -o 'huying_[a-z_]*(' include/huying.h | grep -v 'huying_publish_\.\.\.' | tr -d '(' | sort -u)" \
	"$(nm -D --defined-only "$prefix/lib/libhuying.so.0" | sed -n 's/.* T \(huying_[a-z_]*\)@@.*/\1/p' | sort -u)"

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
mkdir "$out/empty"
cp examples/*.c tests/client/spooler.c "$out/empty"
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' docs/libhuying.md >"$out/empty/watch.c"
flags="-Wall -Wextra -Wpedantic -Werror"
compile() { (cd "$out/empty" && ${CC:-cc} -std=c11 $flags "$@" -o "${1%.c}" $(pkg-config --cflags --libs huying)); }
static() { (cd "$out/empty" && ${CC:-cc} example.c -o static $(pkg-config --cflags huying) "$prefix/lib/libhuying.a" \
	-lczmq -lzmq -lsodium -ljansson); }
for f in example spooler watch; do
	is "$f.c compiles with pkg-config alone" compile "$f.c"
done
is "and with the static library" static
for std in c++11 c++20; do
	is "the header is $std" ${CXX:-c++} -std=$std $flags -fsyntax-only -x c++ "$prefix/include/huying.h"
done
is "and C99" ${CC:-cc} -std=c99 $flags -fsyntax-only -x c "$prefix/include/huying.h"

start
"$huying" clock run >/dev/null
desk() {
	while [ ! -f "$out/done" ]; do
		sql "SELECT e.subject FROM journal.event e WHERE e.type = 'report.received' AND NOT EXISTS
			(SELECT FROM journal.event x WHERE x.subject = e.subject AND x.type IN
			('report.accepted', 'report.refused', 'report.merged', 'report.accept', 'report.refuse'))" |
			while read -r number; do
				"$huying" publish report.refuse "report=$number" kind=other way=试一试 \
					unit=330122-GLZX --subject "$number" >/dev/null 2>&1
			done
		sleep 0.5
	done
}
desk &
for f in example static; do
	is "$f publishes and follows to the end" sh -c "timeout 60 '$out/empty/$f' >'$out/$f' 2>&1; tail -1 '$out/$f' | grep -q '^report.refused 330122'"
	grep -q '^report.refused' "$out/$f" || tail -5 "$out/$f"
done
touch "$out/done"
wait

# The page's program: killed and started again, it goes on where it was.
"$huying" clock set 2026-03-19T00:00+08:00 >/dev/null 2>&1
cd "$out/empty" || exit 1
lines_of() { cat "$out"/watch.[1-3]; }
for life in 1 2 3; do
	./watch >"$out/watch.$life" 2>"$out/watch-err.$life" &
	watch=$!
	for _ in $(seq 100); do
		lines_of | jq -r .data.report | sort -u | wc -l | grep -qx "$((life + 2))" && break
		sleep 0.1
	done
	sleep 0.7 # the place is written down within half a second
	kill -9 $watch
	wait $watch 2>/dev/null
done
cd "$root" || exit 1
same "the page's program shows each report" 5 "$(lines_of | jq -r .data.report | sort -u | wc -l)"
same "  once: the bus kept its place" 5 "$(lines_of | wc -l)"
same "  as CloudEvents" 5 "$(lines_of | jq -r .specversion | grep -c '^1.0$')"
is "  and its words were sealed" sh -c "! grep -r 路灯杆 '$out/empty/watch.spool'"

# A cut is never passed over: the program ends and says so.
(cd "$out/empty" && exec timeout 60 ./watch >/dev/null 2>"$out/cut") &
watch=$!
sleep 1
sql "INSERT INTO journal.epoch (epoch, from_seq, reason, line)
	SELECT 2, journal.head() - 2, 'a cut', line FROM journal.epoch WHERE epoch = 1" >/dev/null
wait $watch
same "a program that follows ends where history was cut" 1 $?
is "  and says so" grep -q '^history was cut short: ' "$out/cut"
