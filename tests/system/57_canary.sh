#!/bin/bash
# A thousand invented phones, identity numbers and names go in through every
# channel; none of them may come out anywhere but from the vault.
. "$(dirname "$0")/../lib/system.sh"

export HUYING_HEALTH="unix:$HUYING_VAR/health"
start
/usr/bin/python3 tests/system/canary.py "$huying" "$pack" "$out"
