#!/bin/bash
# make e2e: a clean checkout in containers, as docs say, from nothing to a
# task; then stopped, started, and a service killed.  Its own project, image,
# ports and volumes, gone at the end.  Where no engine runs, the script that
# HUYING_ENGINE names starts one (ENGINE up).
set -u
cd "$(dirname "$0")/../.."
root=$PWD
engine=${HUYING_ENGINE:-$root/../shared/docker/engine.sh}
passed=0
failed=0
if ! docker info >/dev/null 2>&1; then
	[ -x "$engine" ] || { echo "e2e: no engine runs; set HUYING_ENGINE" >&2; exit 3; }
	"$engine" up || exit 3
fi
if command -v docker-compose >/dev/null; then compose=(docker-compose); else compose=(docker compose); fi

work=$(mktemp -d /tmp/huying-e2e.XXXXXX)
port=$((20000 + $$ % 10000))
export COMPOSE_PROJECT_NAME=huyinge2e$$ IMAGE=huying:e2e$$
dc() { "${compose[@]}" "$@" 2>>"$work/compose.err"; }
tool() { dc run --rm tool "$@"; }
finish() {
	(cd "$work/huying" && dc down --volumes --timeout 20) >/dev/null
	docker image rm "$IMAGE" >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT
is() {
	local what=$1
	shift
	if "$@" >"$work/out"; then
		echo "ok $what"
		passed=$((passed + 1))
	else
		echo "not ok $what"
		tail -5 "$work/out"
		failed=$((failed + 1))
	fi
}
within() {
	local n=$(($1 * 2))
	shift
	while [ $n -gt 0 ]; do
		"$@" && return 0
		sleep 0.5
		n=$((n - 1))
	done
	return 1
}
give_up() {
	echo "not ok $1"
	tail -20 "$work/compose.err"
	dc logs --tail 20
	echo "$passed passed, $((failed + 1)) failed"
	exit 1
}

# The way of the README.
git clone -q "$root" "$work/huying" || exit 3
cd "$work/huying" || exit 3
sed -e "s/^COMPOSE_PROJECT_NAME=.*/COMPOSE_PROJECT_NAME=$COMPOSE_PROJECT_NAME/" \
	-e "s/^HUYING_IMAGE=.*/HUYING_IMAGE=$IMAGE/" \
	-e "s/^HUYING_PUBLISH_PORT=.*/HUYING_PUBLISH_PORT=$port/" \
	-e "s/^HUYING_LIVE_PORT=.*/HUYING_LIVE_PORT=$((port + 1))/" \
	-e "s/^HUYING_LOG_PORT=.*/HUYING_LOG_PORT=$((port + 2))/" .env.example >.env
make -s secrets >"$work/build.log" 2>&1 || { tail -20 "$work/build.log"; give_up "the image is built"; }
is "secrets can be made again, and stay" sh -c \
	'before=$(sha256sum secrets/* | sha256sum) && make -s secrets >/dev/null && [ "$before" = "$(sha256sum secrets/* | sha256sum)" ]'
healthy() {
	local s
	for s in postgres bus intake dispatcher enforcement mediation scoring; do
		[ "$(docker inspect -f '{{.State.Health.Status}}' "$(dc ps -q $s)" 2>/dev/null)" = healthy ] || return 1
	done
}
began=$SECONDS
dc up -d >/dev/null || give_up "docker-compose up"
is "healthy within a minute" within 60 healthy
echo "  after $((SECONDS - began)) s"

# What runs, and what it may.
size=$(docker image inspect -f '{{.Size}}' "$IMAGE")
is "the image is below 120 MB ($((size / 1000000)) MB)" [ "$size" -lt 120000000 ]
docker run --rm --user 0:0 --entrypoint find "$IMAGE" / -xdev -perm /6000 -type f >"$work/setuid" 2>/dev/null
is "no file of it is setuid" [ ! -s "$work/setuid" ]
for s in bus intake dispatcher enforcement mediation scoring; do
	is "$s: no root, no capability, nothing to write on" [ "$(docker inspect -f \
		'{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' \
		"$(dc ps -q $s)")" = "10001:10001 true [ALL] [no-new-privileges:true]" ]
	is "$s: runs without a shell" sh -c "! docker top '$(dc ps -q $s)' -o pid,comm | grep -q ' sh$'"
done
is "only three ports are published" [ "$(docker ps --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
	--format '{{.Ports}}' | grep -o -- '->' | wc -l)" = 3 ]

# From a county pack and a key to a task.
is "the county is loaded" tool pack load /usr/lib/huying/deploy/packs/tonglu
install -d -o 10001 -g 10001 -m 700 "$work/keys"
is "a key is made" dc run --rm -v "$work/keys:/keys" tool \
	key new hotline --publish report.submit/330122 --read '*' --out /keys/hotline.key
export HUYING_PUBLISH_TCP=tcp://127.0.0.1:$port HUYING_LIVE_TCP=tcp://127.0.0.1:$((port + 1)) HUYING_LOG_TCP=tcp://127.0.0.1:$((port + 2))
# A new key is known within five seconds.
sleep 5
is "an outsider's report becomes a task" sh -c \
	"/usr/bin/python3 '$root/tests/e2e/outsider.py' '$work/keys/hotline.key' 330122109 >'$work/case'"
is "the tool shows it" tool case show "$(cat "$work/case")"
is "all is well" tool status

# Down and up: everything is kept.
head=$(tool events --limit 100000 -o json 2>/dev/null | wc -l)
dc down >/dev/null
dc up -d >/dev/null
is "it comes up again" within 60 healthy
is "with everything" [ "$(tool events --limit 100000 -o json 2>/dev/null | wc -l)" -ge "$head" ]
is "and the journal is sound" tool verify

# A service killed comes back and catches up.
id=$(dc ps -q dispatcher)
kill -9 "$(docker inspect -f '{{.State.Pid}}' "$id")"
again() { [ "$(docker inspect -f '{{.RestartCount}}' "$id")" -gt 0 ] && healthy; }
is "a killed service comes back" within 60 again
is "and works off what came" sh -c \
	"/usr/bin/python3 '$root/tests/e2e/outsider.py' '$work/keys/hotline.key' 330122110 >'$work/case'"

echo
echo "$passed passed, $failed failed"
[ $failed = 0 ]
