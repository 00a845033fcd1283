#!/bin/sh
# Installs what a fresh Debian 12 lacks.  Does nothing when all is there.
#
#   install-deps.sh          to build and run
#   install-deps.sh --dev    and to test and lint
set -eu

run="build-essential pkg-config libczmq-dev libzmq3-dev libmsgpack-dev
libpq-dev libsodium-dev libjansson-dev libmicrohttpd-dev libcmocka-dev
postgresql-15 postgresql-client-15 util-linux procps"
dev="clang clang-format clang-tidy libclang-rt-14-dev cppcheck
python3 python3-zmq python3-msgpack python3-jsonschema nodejs npm jq git
ca-certificates faketime iproute2 iptables e2fsprogs"

want=$run
if [ "${1:-}" = --dev ]; then
	want="$run $dev"
fi

missing=
for p in $want; do
	if [ "$p" = nodejs ] && command -v node >/dev/null; then continue; fi
	if [ "$p" = npm ] && command -v npm >/dev/null; then continue; fi
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "install-deps: missing:$missing; run this as root" >&2
		exit 3
	}
	sudo=sudo
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

# sudo drops the environment, so env comes after it.
apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get"
$apt update -qq
# shellcheck disable=SC2086
$apt install -y -qq --no-install-recommends $missing >/dev/null
