#!/bin/bash
# make e2e: a clean checkout in containers, as docs/deploy.md says: each of its
# blocks is run here, in its order.  Its own projects, images, ports and
# volumes, gone at the end.  Where no engine runs, the script that
# HUYING_ENGINE names starts one (ENGINE up).
set -u
cd "$(dirname "$0")/../.."
root=$PWD
engine=${HUYING_ENGINE:-$root/../shared/docker/engine.sh}
passed=0
failed=0
cannot() {
	echo "not ok $1"
	echo "0 passed, 1 failed"
	exit 1
}
if ! docker info >/dev/null 2>&1; then
	[ -x "$engine" ] || cannot "an engine runs, or HUYING_ENGINE names what starts one"
	"$engine" up || cannot "the engine starts"
fi

work=$(mktemp -d /tmp/huying-e2e.XXXXXX)
port=$((12000 + $$ % 4000))
tag=e2e$$
here=huyinge2e$$
there=huyinge2eb$$
mkdir "$work/bin"
command -v docker-compose >/dev/null ||
	{ printf '#!/bin/sh\nexec docker compose "$@"\n' >"$work/bin/docker-compose"; chmod 755 "$work/bin/docker-compose"; }
export PATH=$work/bin:$PATH
unset IMAGE COMPOSE_PROJECT_NAME
dc() { docker-compose "$@" 2>>"$work/compose.err"; }
tool() { dc run --rm tool "$@"; }
all=(--profile ops --profile demo --profile observability --profile tool)
finish() {
	(cd "$work/huying" && COMPOSE_PROJECT_NAME=$here dc "${all[@]}" down --volumes --timeout 20) >/dev/null 2>&1
	(cd "$work/other" && COMPOSE_PROJECT_NAME=$there dc "${all[@]}" down --volumes --timeout 20) >/dev/null 2>&1
	docker image rm "huying:$tag" "huying-prometheus:$tag" "huying-grafana:$tag" >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT
is() {
	local what=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok $what"
		passed=$((passed + 1))
	else
		echo "not ok $what"
		tail -15 "$work/out"
		failed=$((failed + 1))
	fi
}
within() {
	local end=$((SECONDS + $1))
	shift
	while ! "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.5
	done
}
give_up() {
	echo "not ok $1"
	tail -20 "$work/out" "$work/compose.err"
	dc logs --tail 20
	echo "$passed passed, $((failed + 1)) failed"
	exit 1
}
# block NAME [PAGE]: what stands behind "<!-- runs: NAME -->", as it stands there.
text() {
	awk -v want="<!-- runs: $1 -->" '$0 == want { on = 1; next } on && /^```sh/ { inside = 1; next }
		inside && /^```/ { exit } inside' "${2:-docs/deploy.md}"
}
block() {
	text "$@" >"$work/block"
	echo "$1" >>"$work/ran"
	[ -s "$work/block" ] && bash -eux -o pipefail "$work/block"
}
healthy() {
	[ "$(docker ps -q --filter "label=com.docker.compose.project=${COMPOSE_PROJECT_NAME:-$here}" --filter health=healthy | wc -l)" = 7 ]
}
clients() {
	export HUYING_PUBLISH_TCP=tcp://127.0.0.1:$port HUYING_LIVE_TCP=tcp://127.0.0.1:$((port + 1)) HUYING_LOG_TCP=tcp://127.0.0.1:$((port + 2))
}
# task DIVISION: an outsider with a key reports, and a task comes of it.  Each
# time from another: the same place again would be merged.
task() { /usr/bin/python3 "$root/tests/e2e/outsider.py" "$work/huying/keys/hotline.key" "$1" >"$work/case"; }
events() { tool journal --json | sed -n 's/.*"head": *\([0-9]*\).*/\1/p'; }
hash() { tool verify --json | sed 's/.*"hash":"\([0-9a-f]*\)".*/\1/'; }

# A clean checkout, whose presets are ours for the time being.
git clone -q "$root" "$work/huying" || exit 3
cd "$work/huying" || exit 3
sed -i -e "s/^COMPOSE_PROJECT_NAME=.*/COMPOSE_PROJECT_NAME=$here/" \
	-e "s/^HUYING_IMAGE=.*/HUYING_IMAGE=huying:$tag/" \
	-e "s/^HUYING_PUBLISH_PORT=.*/HUYING_PUBLISH_PORT=$port/" \
	-e "s/^HUYING_LIVE_PORT=.*/HUYING_LIVE_PORT=$((port + 1))/" \
	-e "s/^HUYING_LOG_PORT=.*/HUYING_LOG_PORT=$((port + 2))/" \
	-e "s/^GRAFANA_PORT=.*/GRAFANA_PORT=$((port + 3))/" \
	-e "s/^HUYING_DEMO_DAYS=.*/HUYING_DEMO_DAYS=1/" .env.example
for image in $(sed -n 's/^\(PROMETHEUS\|GRAFANA\)_IMAGE=//p' .env.example); do
	docker image inspect "$image" >/dev/null 2>&1 && continue
	name=${image%%/*}
	[ "$name" = prom ] && name=prometheus
	docker build -q -t "huying-$name:$tag" --target "$name" tests/e2e/standin >"$work/out" 2>&1 || give_up "a stand-in for $image"
	sed -i "s|=$image|=huying-$name:$tag|" .env.example
done
cp .env.example .env
make -s secrets >"$work/out" 2>&1 || give_up "the image is built"
is "every profile can be read" dc "${all[@]}" config -q
is "the README's start is that of docs/deploy.md" [ "$(text start | head -3 | paste -sd '&' | sed 's/&/ \&\& /g')" = "$(text readme README.md | head -1)" ]
is "  and the same in Chinese" [ "$(text readme README.md)" = "$(text readme README.zh-CN.md)" ]

# From nothing to healthy.
before=$(sha256sum secrets/* | sha256sum)
began=$SECONDS
is "runs: start" block start
within 60 healthy || give_up "healthy within a minute"
took=$((SECONDS - began))
is "healthy within a minute ($took s)" [ "$took" -lt 60 ]
is "secrets made again stay what they were" [ "$before" = "$(sha256sum secrets/* | sha256sum)" ]
is "runs: readme" block readme README.md

# What runs, and what it may.
image() { docker run --rm --network none --user 0:0 --entrypoint "$1" "huying:$tag" "${@:2}"; }
size=$(docker image inspect -f '{{.Size}}' "huying:$tag")
is "the image is below 120 MB ($((size / 1000000)) MB)" [ "$size" -lt 120000000 ]
image find / -xdev -perm /6000 -type f >"$work/setuid" 2>/dev/null
is "no file of it is setuid" [ ! -s "$work/setuid" ]
is "runs: sbom" block sbom
image dpkg-query -W -f '${Package} ${Version} ${Architecture}\n' >"$work/packages"
image sh -c 'sha256sum /usr/lib/huying/bin/* /usr/lib/libhuying.so.*' >"$work/files"
is "  and it tells just what is there" /usr/bin/python3 "$root/tests/e2e/sbom.py" sbom.cdx.json "$work/packages" "$work/files"
for s in bus intake dispatcher enforcement mediation scoring; do
	is "$s: no root, no capability, nothing to write on" [ "$(docker inspect -f \
		'{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' \
		"$(dc ps -q $s)")" = "10001:10001 true [ALL] [no-new-privileges:true]" ]
	is "$s: runs without a shell" sh -c "! docker top '$(dc ps -q $s)' -o pid,comm | grep -q ' sh$'"
done
is "only three ports are published" [ "$(docker ps --filter "label=com.docker.compose.project=$here" \
	--format '{{.Ports}}' | grep -o -- '->' | wc -l)" = 3 ]

# A county, a key, a task.
is "runs: county" block county
is "runs: key" block key
clients
# A new key is known within five seconds.
sleep 5
is "an outsider's report becomes a task" task 330122109
is "the tool shows it" tool case show "$(cat "$work/case")"
is "runs: look" block look

# Figures: Prometheus finds all six, and what it reads of them is well named.
is "runs: observability" block observability
prom() { docker exec "$(dc "${all[@]}" ps -q prometheus)" promtool query instant http://127.0.0.1:9090 "$1" 2>/dev/null; }
six() { prom 'sum(up{job="huying"})' | grep -q '=> 6 '; }
is "Prometheus reads all six" within 60 six
is "  and takes its settings and alert rules" docker exec "$(dc "${all[@]}" ps -q prometheus)" promtool check config /etc/prometheus/prometheus.yml
is "Grafana's files are there" within 20 sh -c "docker inspect -f '{{.State.Running}} {{.RestartCount}}' '$(dc "${all[@]}" ps -q grafana)' | grep -q '^true 0$'"

# Down and up, killed and back.
count=$(events)
is "runs: again" block again
is "it comes up again" within 60 healthy
is "with everything" [ "$(events)" -ge "$count" ]
id=$(dc ps -q dispatcher)
kill -9 "$(docker inspect -f '{{.State.Pid}}' "$id")"
again() { [ "$(docker inspect -f '{{.RestartCount}}' "$id")" -gt 0 ] && healthy; }
is "a killed service comes back" within 60 again
is "and works off what came" task 330122110

# Backups, and a new version.
is "runs: backup" block backup
scheduled() { [ "$(tar -tf <(dc run --rm -T --entrypoint tar tool -C /var/lib/huying/backups -c .) | grep -c manifest.json)" -ge 2 ]; }
is "one on a schedule, and one by hand" within 30 scheduled
is "they can be carried away" sh -c "tar -tf backups.tar | grep -q manifest.json"
is "runs: base" block base
is "  and it is a cluster" sh -c "tar -tf base.tar | grep -q '^\(./\)\?PG_VERSION$'"
echo 'LABEL next=yes' >>deploy/Dockerfile
old=$(docker inspect -f '{{.Image}}' "$(dc ps -q scoring)")
is "runs: upgrade" block upgrade
is "the new version runs" [ "$old" != "$(docker inspect -f '{{.Image}}' "$(dc ps -q scoring)")" ]
is "runs: rolling" block rolling
is "  and is healthy" within 60 healthy
is "  and works" task 330122112

# To another machine, that has nothing.
hash=$(hash)
is "runs: leave" block leave
git clone -q "$work/huying" "$work/other" && cd "$work/other" || exit 3
cp "$work/huying/installation.tar" "$work/huying/backups.tar" .
export COMPOSE_PROJECT_NAME=$there
is "runs: arrive" block arrive
is "runs: restore" block restore
cp "$work/out" "$work/restored"
is "  which says that it is the same" grep 'restored and the same: journal to' "$work/restored"
is "  and that its vault opens" sh -c "grep ' newest ' '$work/restored' && ! grep ' missing ' '$work/restored'"
is "it comes up there" within 60 healthy
is "with the same journal" [ "$hash" = "$(hash)" ]
is "and works on, for the same clients" task 330122113
no_demo() { ! docker-compose --profile demo run --rm demo && grep -q 'cannot become a sandbox' "$work/out"; }
is "with a real clock there is no demo" no_demo
dc "${all[@]}" down --volumes --timeout 20 >/dev/null

# The played day, in a new installation.
export COMPOSE_PROJECT_NAME=$here
cd "$work/huying" || exit 3
dc "${all[@]}" down --volumes --timeout 20 >/dev/null
is "runs: demo" block demo
is "  and it ended well" [ "$(docker inspect -f '{{.State.ExitCode}}' "$(dc "${all[@]}" ps -q demo)")" = 0 ]
is "all is well" tool status
is "every block of docs/deploy.md was run" [ "$(sed -n 's/^<!-- runs: \(.*\) -->$/\1/p' docs/deploy.md | sort)" = "$(grep -v readme "$work/ran" | sort)" ]
is "and it has no other" [ "$(grep -c '^```sh' docs/deploy.md)" = "$(grep -c '^<!-- runs' docs/deploy.md)" ]

echo
echo "$passed passed, $failed failed"
[ $failed = 0 ]
