#!/bin/bash
# Who may do what over TCP: keys, rights, rates, revocation.
. "$(dirname "$0")/../lib/system.sh"

tcp
start
mkdir "$out/keys"
/usr/bin/python3 tests/system/access.py "$out/keys"
