#!/bin/bash
# A short form of make sim: some hundred worlds, and each planted defect.
set -u
cd "$(dirname "$0")/../.."
sim=build/${MODE:-release}/sim

said=$("$sim" --moves 1..200 2>&1)
grep -q '^200 seeds, 0 failed' <<<"$said" && echo "ok 200 worlds keep every promise" ||
	{ printf '%s\n' "$said"; echo "not ok 200 worlds keep every promise"; }
# All of them in make sim, which has the time.
awk '/ states reached$/ { found = 1; few = $1 < 0.9 * $3 } END { exit !found || few }' <<<"$said" &&
	echo "ok and nearly every state is reached" ||
	{ grep '^never reached' <<<"$said"; echo "not ok and nearly every state is reached"; }
said=$("$sim" --list tests/sim/seeds.txt 2>&1) && echo "ok seeds that once failed" ||
	{ printf '%s\n' "$said"; echo "not ok seeds that once failed"; }
"$sim" --defects 300 2>/dev/null | sed 's/^\(not \)\{0,1\}ok /&defect /'
