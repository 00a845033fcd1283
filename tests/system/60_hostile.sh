#!/bin/bash
# Clients that mean harm, and an innocent one beside them; bytes at random.
. "$(dirname "$0")/../lib/system.sh"
# The sanitizers keep what is freed: no bound then.
if [ "${MODE:-release}" = asan ]; then export HUYING_BUS_MEMORY=0; fi
tcp
# A shell's usual bound of open files: the bus raises its own.
ulimit -Sn 256
start
ulimit -Sn "$(ulimit -Hn)"

# The services sleep: the bus alone is tried.
services() {
	grep -v -e '^supervisor' -e '^bus' "$HUYING_VAR/pids" | while read -r _ pid; do kill -"$1" "$pid"; done
}
services STOP
/usr/bin/python3 tests/system/differ.py
/usr/bin/python3 tests/system/hostile.py
services CONT
is "the journal verifies" sh -c "'$huying' verify | grep -q '^journal sound'"
