#!/bin/bash
# Every mechanism as its experts tell it: tests/scenario/*.scn.
. "$(dirname "$0")/../lib/system.sh"

# All of them show what docs/coverage.md says of each mechanism.
[ $# != 0 ] || set -- --page docs/coverage.md tests/scenario/*.scn
PYTHONDONTWRITEBYTECODE=1 python3 tests/scenario/play.py "$pack" "$@"
code "what was played follows from the journal" 0 "$huying" replay all
