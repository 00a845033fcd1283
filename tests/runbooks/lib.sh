# For tests/runbooks/run.py: an installation, and the faults.
PACK=$ROOT/deploy/packs/tonglu
export NO_COLOR=1

# An installation with the county, at 09:00 of Wednesday 18 March 2026.
begin() {
	huying up --sandbox "$@" 2>&1 | grep -v ': up: '
	huying clock set 2026-03-18T09:00+08:00 >/dev/null
	huying pack load "$PACK" >/dev/null 2>&1
	set -a
	. "$HUYING_VAR/env.sh"
	set +a
}
sql() { psql "$HUYING_DB" -qAt -c "$1"; }
quiet() {
	for _ in $(seq 200); do
		[ "$(sql 'SELECT run.quiet()' 2>/dev/null)" = t ] && return
		sleep 0.1
	done
}
# report TEXT [FIELDS]: one that becomes a task.
report() {
	huying publish report.submit channel=grid matter=PU-011 summary="$1" --division 330122109002001 "${@:2}" >/dev/null
	quiet
}
pid_of() { sed -n "s/^$1 //p" "$HUYING_VAR/pids" | head -1; }
within() {
	local n=$(($1 * 10))
	shift
	while [ $n -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
		n=$((n - 1))
	done
	return 1
}
finish() {
	for p in $(sed -n 's/^[a-z]* //p' "$HUYING_VAR/pids" 2>/dev/null); do kill -CONT "$p" 2>/dev/null; done
	[ -f "$HUYING_VAR/pg/ballast" ] && rm -f "$HUYING_VAR/pg/ballast"
	huying down 2>/dev/null
	for c in "$HUYING_VAR"/pg "$HUYING_VAR"/pg2; do
		[ -e "$c" ] && "$ROOT/deploy/cluster.sh" stop "$c" 2>/dev/null
	done
	mountpoint -q "$HUYING_VAR/pg" && umount "$HUYING_VAR/pg"
	[ -n "${HUYING_RUN:-}" ] && rm -rf "$HUYING_RUN"
	rm -rf "$HUYING_VAR"
}
