#!/bin/bash
# Runs the suites on a throw-away cluster and ports of their own, and ends
# with "N passed, N failed".
#
#   tests/run.sh [unit] [store] [system]     all three by default
set -u
cd "$(dirname "$0")/.."
suites=${*:-unit store system}
mode=${MODE:-release}
passed=0
failed=0
limit=900 # seconds; whatever waits for ever is a failure like any other
work=$(mktemp -d /tmp/huying-test.XXXXXX)
chmod 755 "$work"
trap 'deploy/cluster.sh destroy "$work/pg" 2>/dev/null; rm -rf "$work"' EXIT

# One cmocka program: counts its tests, shows its output when one fails.
cmocka() {
	local out status p f
	out=$(timeout -k 10 "$limit" "$@" 2>&1)
	status=$?
	p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' <<<"$out" | tail -1)
	f=$(sed -n 's/^\[  FAILED  \].* \([0-9]*\) test.*/\1/p' <<<"$out" | tail -1)
	p=${p:-0}
	f=${f:-0}
	if [ $status -ne 0 ] && [ "$f" = 0 ]; then f=1; fi
	if [ "$p" = 0 ] && [ "$f" = 0 ]; then f=1; out="$out (ran no test)"; fi
	passed=$((passed + p))
	failed=$((failed + f))
	printf '%-44s %4d passed %3d failed\n' "${1#build/"$mode"/}" "$p" "$f"
	if [ "$f" != 0 ]; then printf '%s\n' "$out" | tail -60; fi
}
units() {
	local t
	for t in build/"$mode"/test/test_*; do
		[ -f "tests/unit/$(basename "$t").c" ] && [ -x "$t" ] && cmocka "$t"
	done
}
stores() {
	local t
	deploy/cluster.sh start "$work/pg" "$work/sock" || return 1
	export TEST_DB="host=$work/sock user=huying dbname=postgres"
	for t in build/"$mode"/test/test_store_*; do
		[ -x "$t" ] && cmocka "$t"
	done
	unset TEST_DB
	deploy/cluster.sh destroy "$work/pg"
}

# One script that prints "ok WHAT" and "not ok WHAT" lines: runs it, tells later.
script_run() {
	local began=$SECONDS kept=$work/${1##*/}
	timeout -k 10 "$limit" "$1" >"$kept.out" 2>&1
	echo "$? $((SECONDS - began))" >"$kept.end.new"
	mv "$kept.end.new" "$kept.end"
}
script_tell() {
	local kept=$work/${1##*/} status=1 took=0 p f
	[ ! -f "$kept.end" ] || read -r status took <"$kept.end"
	p=$(grep -c '^ok ' "$kept.out")
	f=$(grep -c '^not ok ' "$kept.out")
	if [ "$status" -ne 0 ] && [ "$f" = 0 ]; then f=1; fi
	if [ "$p" = 0 ] && [ "$f" = 0 ]; then f=1; fi
	passed=$((passed + p))
	failed=$((failed + f))
	printf '%-44s %4d passed %3d failed  %ds\n' "$1" "$p" "$f" "$took"
	if [ "$f" != 0 ]; then
		grep -A4 '^not ok' "$kept.out" | head -60
		tail -40 "$kept.out"
	fi
}
# Each has an installation of its own and mostly waits: four at a time.
pool() {
	local t
	for t in "$@"; do
		while [ "$(jobs -rp | wc -l)" -ge "${JOBS:-4}" ]; do wait -n; done
		script_run "$t" &
	done
	wait
}

scripts=()
for suite in $suites; do
	case $suite in
	unit) scripts+=(tests/sim/run.sh) ;;
	store) ;;
	system)
		# The longest first.
		first='/\(80_s\|20\|10\|45\|50\|30\|95\)'
		mapfile -t -O ${#scripts[@]} scripts < <(ls tests/system/[0-9]*.sh | grep "$first" | sort -r
			ls tests/system/[0-9]*.sh | grep -v "$first")
		;;
	*)
		echo "no suite $suite" >&2
		exit 2
		;;
	esac
done
# While they wait, the programs run.
pool "${scripts[@]}" &
pool=$!
for suite in $suites; do
	case $suite in
	unit) units ;;
	store) stores || exit 1 ;;
	esac
done
for t in "${scripts[@]}"; do
	while [ ! -s "$work/${t##*/}.end" ] && kill -0 $pool 2>/dev/null; do sleep 0.3; done
	script_tell "$t"
done
echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
