#!/bin/bash
# Which commands of the tool, and first words of them, no test runs: the list
# in commands.def and the usage lines against the tests' sources.  Prints what
# is missing; exits 1 if there is any.
#
#   tests/commands.sh HUYING
set -u
cd "$(dirname "$0")/.."
huying=$1
# How tests call it: "$huying" CMD, huying CMD, tool CMD, "CMD", in scripts.
sources=$(cat tests/system/*.sh tests/system/*.py tests/e2e/* tests/scenario/*.py tests/lib/*.sh tests/chaos/*.py \
	tests/runbooks/* docs/operations.md docs/coverage.md 2>/dev/null | tr '\n' ' ')
missing=0
runs() { # WORD...: whether they stand behind the tool somewhere
	local pattern="(huying\"?'?|HUYING,?|tool|run\()[ \"',\[(]*$1"
	[ $# = 1 ] || pattern="$pattern[ \"',]+$2"
	grep -qE "$pattern([^a-z_-]|$)" <<<"$sources"
}
for c in $(sed -n 's/^COMMAND(\([a-z]*\),.*/\1/p' cli/commands.def); do
	runs "$c" || { echo "no test runs huying $c"; missing=1; }
	for w in $("$huying" "$c" --help | sed -n '/^$/q; s/^usage: huying //; s/^       huying //; p' |
		sed "s/^$c//" | tr '|' '\n' | sed 's/^[ []*//' | grep -oE '^[a-z][a-z-]*' | sort -u); do
		runs "$c" "$w" || { echo "no test runs huying $c $w"; missing=1; }
	done
done
exit $missing
