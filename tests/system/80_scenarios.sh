#!/bin/bash
# Every mechanism as its experts tell it: tests/scenario/*.scn.
. "$(dirname "$0")/../lib/system.sh"

set -- "${@:-tests/scenario/*.scn}"
# shellcheck disable=SC2068,SC2086
PYTHONDONTWRITEBYTECODE=1 python3 tests/scenario/play.py "$pack" $@
code "what was played follows from the journal" 0 "$huying" replay all
