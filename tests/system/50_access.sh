#!/bin/bash
# Who may do what over TCP: keys, rights, rates, revocation.
. "$(dirname "$0")/../lib/system.sh"

# Four ports that are free, below those that the kernel gives to others.
ports() {
	/usr/bin/python3 - <<-'PY'
	import random, socket
	while True:
	    first = random.randrange(20000, 32000)
	    held = []
	    try:
	        for port in range(first, first + 4):
	            s = socket.socket()
	            s.bind(("127.0.0.1", port))
	            held.append(s)
	        print(first)
	        break
	    except OSError:
	        continue
	PY
}
first=$(ports)
export HUYING_TCP=127.0.0.1 HUYING=$huying
export HUYING_PUBLISH_TCP=tcp://127.0.0.1:$first
export HUYING_LIVE_TCP=tcp://127.0.0.1:$((first + 1))
export HUYING_LOG_TCP=tcp://127.0.0.1:$((first + 2))
export HUYING_RING_TCP=tcp://127.0.0.1:$((first + 3))
start
mkdir "$out/keys"
/usr/bin/python3 tests/system/access.py "$out/keys"
