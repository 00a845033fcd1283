#!/bin/sh
# Installs what a fresh Debian 12 lacks.  Does nothing when all is there.
#
#   install-deps.sh          to build and run
#   install-deps.sh --dev    and to test and lint, with promtool unpacked
#   install-deps.sh --image  what an image is built with, no server
#   install-deps.sh --bench  to build and run, and what the bus is compared
#                            with; none of it becomes a service of the machine
set -eu

build="build-essential pkg-config libczmq-dev libzmq3-dev libmsgpack-dev
libpq-dev libsodium-dev libjansson-dev libmicrohttpd-dev"
run="$build libcmocka-dev postgresql-15 postgresql-client-15 util-linux procps"
dev="clang clang-format clang-tidy libclang-rt-14-dev cppcheck
curl groff-base python3 python3-zmq python3-msgpack python3-jsonschema nodejs npm jq git
ca-certificates faketime iproute2 iptables e2fsprogs mandoc"

bench="libnats-dev libhiredis-dev redis-tools"

want=$run
case ${1:-} in
--dev) want="$run $dev" ;;
--image) want=$build ;;
--bench) want="$run $bench" ;;
esac

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
# sudo drops the environment, so env comes after it.
apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get"

# unpack PACKAGE PROGRAM: such a package would start a server, now and at every
# boot: unpacked, beside what we build, it is a program and no more.
# (redis-server's is the same as the one in redis-tools, which starts nothing.)
unpack() {
	dir=$(dirname "$0")/../build/peers
	if command -v "$(basename "$2")" >/dev/null || [ -x "$dir/$2" ]; then
		return
	fi
	echo "unpacking: $1" >&2
	mkdir -p "$dir"
	(
		cd "$dir"
		apt-get -o APT::Sandbox::User=root download -qq "$1" 2>/dev/null || {
			$apt update -qq
			apt-get -o APT::Sandbox::User=root download -qq "$1"
		}
		dpkg-deb -x "$1"_*.deb .
		rm "$1"_*.deb
	)
}
unpack_all() {
	case $1 in
	--bench) unpack nats-server usr/sbin/nats-server ;;
	--dev) unpack prometheus usr/bin/promtool ;;
	esac
}

missing=
for p in $want; do
	if [ "$p" = nodejs ] && command -v node >/dev/null; then continue; fi
	if [ "$p" = npm ] && command -v npm >/dev/null; then continue; fi
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
if [ -z "$missing" ]; then
	unpack_all "${1:-}"
	exit 0
fi

if [ -n "$sudo" ]; then
	command -v sudo >/dev/null || {
		echo "install-deps: missing:$missing; run this as root" >&2
		exit 3
	}
fi
echo "installing:$missing" >&2

# The server's package would make and start a cluster of its own.  We bring
# our own; where the package is not there yet, it is told not to.
conf=/etc/postgresql-common/createcluster.conf
case $missing in
*postgresql-15*)
	if [ ! -e $conf ]; then
		$sudo mkdir -p /etc/postgresql-common
		echo 'create_main_cluster = false' | $sudo tee $conf >/dev/null
	fi
	;;
esac

$apt update -qq
# shellcheck disable=SC2086
$apt install -y -qq --no-install-recommends $missing >/dev/null
unpack_all "${1:-}"
