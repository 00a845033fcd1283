#!/bin/sh
# Fails when the folders of two services differ in their files.  Rules and
# lists may be split by noun (rules_call.c, states_call.def), some ask the
# database more than their rows (store.c, queries.sql), and intake alone has
# a vault.
set -eu
first=$1
list() {
	(cd "services/$1" && ls) | grep -v -e '^rules_' -e '^vault' -e '^desk' -e '^seal' \
		-e '^store' -e '^queries' -e '_[a-z]*[.]def$'
}
status=0
for s in "$@"; do
	if [ "$(list "$s")" != "$(list "$first")" ]; then
		echo "services/$s and services/$first differ in their files:" >&2
		list "$s" >/tmp/alike.$$.a; list "$first" >/tmp/alike.$$.b
		diff /tmp/alike.$$.a /tmp/alike.$$.b >&2 || true
		rm -f /tmp/alike.$$.a /tmp/alike.$$.b
		status=1
	fi
done
exit $status
