#!/bin/bash
# What the bus promises beyond answering: holes that show, places that are
# kept, history that ends, and a database that stands still.
. "$(dirname "$0")/../lib/system.sh"

start
export HUYING_RUN HUYING_DB
/usr/bin/python3 tests/system/journal.py
same "the client ends well" 0 $?
is "the journal verifies, the retired part by its hashes" sh -c "'$huying' verify | grep -q '^journal sound'"
code "journal shows itself" 0 "$huying" journal
is "and its epochs" grep -q '^epoch 3 ' "$out/code.out"
is "as JSON, too" sh -c "'$huying' journal --json | jq -e '.first > 1 and .epochs[0].epoch == 3' >/dev/null"
code "a reader that was never there" 1 "$huying" journal forget nobody
