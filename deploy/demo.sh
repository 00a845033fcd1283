#!/bin/sh
# The main job, on a real county: a day of reports, from report to score.
# Called by "make demo"; needs what install-deps.sh installs and a build.
set -eu
cd "$(dirname "$0")/.."
huying=build/bin/huying
pack=deploy/packs/tonglu

say() { printf '\n== %s\n' "$*"; }

say "starting a private PostgreSQL, the bus and five services under var/"
$huying up --sandbox --fresh
$huying clock set 2026-03-18T00:00+08:00 >/dev/null

say "loading the pack of Tonglu County (桐庐县)"
$huying pack load $pack

say "playing 18 March 2026 and the week after: $(wc -l <$pack/day.jsonl) written reports"
$huying play $pack --days 8

say "what it came to"
$huying summary
echo
echo "All of it still runs: try 'build/bin/huying status'.  'make down' stops it."
