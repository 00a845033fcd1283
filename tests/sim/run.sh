#!/bin/bash
# A short form of make sim: some hundred worlds, and each planted defect.
set -u
cd "$(dirname "$0")/../.."
sim=build/${MODE:-release}/sim

said=$("$sim" --seeds 1..200 2>&1) && echo "ok 200 worlds keep every promise" ||
	{ printf '%s\n' "$said"; echo "not ok 200 worlds keep every promise"; }
said=$("$sim" --list tests/sim/seeds.txt 2>&1) && echo "ok seeds that once failed" ||
	{ printf '%s\n' "$said"; echo "not ok seeds that once failed"; }
"$sim" --defects 300 2>/dev/null | sed 's/^\(not \)\{0,1\}ok /&defect /'
