#!/bin/bash
# Who may do what over TCP: keys, rights, rates, revocation.
. "$(dirname "$0")/../lib/system.sh"

first=$(free_ports 4)
export HUYING_TCP=127.0.0.1 HUYING=$huying
export HUYING_PUBLISH_TCP=tcp://127.0.0.1:$first
export HUYING_LIVE_TCP=tcp://127.0.0.1:$((first + 1))
export HUYING_LOG_TCP=tcp://127.0.0.1:$((first + 2))
export HUYING_RING_TCP=tcp://127.0.0.1:$((first + 3))
start
mkdir "$out/keys"
/usr/bin/python3 tests/system/access.py "$out/keys"
