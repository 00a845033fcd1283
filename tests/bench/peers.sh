# What the bus is compared with, for run.sh: servers of our own, on loopback
# or a unix socket, with data under the bench's directory; gone at the end.

nats=
redis=

nats_program() {
	command -v nats-server || echo build/peers/usr/sbin/nats-server
}

# Both are installed by deploy/install-deps.sh --bench.  redis-tools brings
# the server's program under another name; it goes by what it is called.  Its
# file is rewritten between the rounds (bench_redis), not in somebody else's.
peers_start() {
	local dir=$1 try
	mkdir -p "$dir/nats" "$dir/redis"
	ln -s "$(command -v redis-check-rdb)" "$dir/redis-server"
	"$dir/redis-server" --port 0 --unixsocket "$dir/redis.sock" \
		--dir "$dir/redis" --save "" --appendonly yes \
		--appendfsync always --auto-aof-rewrite-percentage 0 >"$dir/redis.log" 2>&1 &
	redis=$!
	cat >"$dir/nats.conf" <<-EOF2
		host: 127.0.0.1
		port: -1
		ports_file_dir: "$dir"
		jetstream { store_dir: "$dir/nats" }
	EOF2
	"$(nats_program)" -c "$dir/nats.conf" >"$dir/nats.log" 2>&1 &
	nats=$!
	for try in $(seq 100); do
		if [ -S "$dir/redis.sock" ] && [ -s "$dir"/*.ports ]; then
			break
		fi
		sleep 0.1
	done
	export REDIS_SOCKET=$dir/redis.sock
	NATS_URL=$(sed -n 's/.*"nats":\["\([^"]*\)".*/\1/p' "$dir"/*.ports)
	export NATS_URL
	[ -n "$NATS_URL" ] || { echo "bench: the peers did not start" >&2; return 1; }
}

peers_stop() {
	local pid
	for pid in $nats $redis; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	nats=
	redis=
}

peers_versions() {
	echo "$("$(nats_program)" -v), $("$1/redis-server" --version | sed 's/ sha=.*//')"
}
