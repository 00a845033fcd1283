#!/bin/sh
# What Grafana reads at its start must be there, for its user.
set -eu
test -s "$GF_SECURITY_ADMIN_PASSWORD__FILE"
cat "$GF_SECURITY_ADMIN_PASSWORD__FILE" /etc/grafana/provisioning/datasources/*.yml \
	/etc/grafana/provisioning/dashboards/*.yml >/dev/null
grep -q path:.*/etc/grafana/dashboards /etc/grafana/provisioning/dashboards/*.yml
test -s "$GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"
touch /var/lib/grafana/grafana.db
echo "all that Grafana reads is there"
trap 'exit 0' TERM
while :; do sleep 1; done
