#!/bin/sh
# A private PostgreSQL cluster: its own data, its own socket, no TCP port.
# Never touches another cluster.  As root it runs as the user "postgres".
#
#   cluster.sh start DATA SOCKETS    initdb if DATA is empty, then start
#   cluster.sh stop DATA             stop it (fast), leave the data
#   cluster.sh status DATA           exit 0 while it runs
#   cluster.sh destroy DATA          stop it and remove the data
set -eu

usage() { sed -n '5,8s/^# *//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
action=$1
data=$2

for bin in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
	[ -x "$bin/initdb" ] && break
done
[ -x "$bin/initdb" ] || { echo "cluster: no PostgreSQL server found; run deploy/install-deps.sh" >&2; exit 3; }

# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
	as() { runuser -u postgres -- "$@"; }
else
	as() { "$@"; }
fi

# Where the data really lies: a directory that its user cannot reach (below
# /root, say) gets a link to one that it can.
place() {
	parent=$(dirname "$data")
	mkdir -p "$parent"
	if [ -L "$data" ] || [ -d "$data" ]; then
		return
	fi
	if [ "$(id -u)" != 0 ] || as test -x "$parent"; then
		mkdir "$data"
	else
		real=/var/tmp/huying-$(printf %s "$data" | sha256sum | cut -c1-12)
		mkdir -p "$real"
		ln -s "$real" "$data"
		echo "cluster: $parent cannot be reached by postgres; data in $real" >&2
	fi
	if [ "$(id -u)" = 0 ]; then
		chown postgres: "$(readlink -f "$data")"
	fi
	chmod 700 "$(readlink -f "$data")"
}

running() { [ -e "$data" ] && as "$bin/pg_ctl" -D "$(readlink -f "$data")" status >/dev/null 2>&1; }

start() {
	sockets=$1
	place
	real=$(readlink -f "$data")
	mkdir -p "$sockets"
	if [ "$(id -u)" = 0 ]; then
		chown postgres: "$sockets"
	fi
	chmod 711 "$sockets"
	if [ ! -f "$real/PG_VERSION" ]; then
		(cd / && as "$bin/initdb" -D "$real" -U huying -A trust -E UTF8 \
			--locale=C --data-checksums >/dev/null)
		# The socket is the wall: only its owner (and root) gets in.
		cat >>"$real/postgresql.conf" <<-EOF
			listen_addresses = ''
			unix_socket_permissions = 0700
			shared_buffers = 128MB
			max_connections = 60
			max_wal_size = 512MB
			log_min_error_statement = panic
			log_parameter_max_length = 0
			log_parameter_max_length_on_error = 0
			timezone = 'Asia/Shanghai'
		EOF
		sync "$real/postgresql.conf"
	fi
	running && return
	(cd / && as "$bin/pg_ctl" -D "$real" -w -t 60 -l "$real/server.log" \
		-o "-c unix_socket_directories='$sockets'" start >/dev/null) || {
		tail -5 "$real/server.log" >&2
		exit 3
	}
}

stop() {
	running || return 0
	(cd / && as "$bin/pg_ctl" -D "$(readlink -f "$data")" -m fast -w -t 60 stop >/dev/null)
}

case $action in
start) [ $# = 3 ] || usage; start "$3" ;;
stop) stop ;;
status) running ;;
destroy)
	stop
	[ -e "$data" ] || exit 0
	real=$(readlink -f "$data")
	[ -f "$real/PG_VERSION" ] || { echo "cluster: $data is no cluster" >&2; exit 3; }
	rm -rf "$real"
	rm -f "$data"
	;;
*) usage ;;
esac
