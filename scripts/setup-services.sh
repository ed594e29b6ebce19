#!/usr/bin/env bash
# Installs from Debian's packages the programs that some tests talk to. Nothing is started or enabled. Needs root.
# With --cloud also those of a whole OpenStack, for the tests that OPSBRO_FULL_CLOUD=1 switches on: some 300 MB more.
set -euo pipefail
packages=(
  serf bind9-dnsutils unbound dnsmasq-base dnsperf chromium monitoring-plugins-basic monitoring-plugins-standard nagios4-core iproute2 nftables
  redis-server memcached rabbitmq-server mariadb-server galera-4 rsync postgresql
  nginx-light apache2 haproxy postfix podman prometheus-node-exporter
  etcd-server graphite-carbon graphite-web prometheus keystone glance
  zsh fish
)
case "${1:-}" in
  '') ;;
  --cloud)
    packages+=(
      uwsgi-plugin-python3 placement-api neutron-server cinder-api cinder-scheduler
      nova-api nova-conductor nova-scheduler heat-api heat-engine openstack-dashboard
    )
    ;;
  *)
    echo "error: \"$1\" is no option; write --cloud or nothing" >&2
    exit 2
    ;;
esac
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all services are installed: ${packages[*]}"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "error: installing ${missing[*]} needs root; run: sudo npm run setup:services${1:+ -- $1}" >&2
  exit 2
fi
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
# Packages of services start them unless this says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
echo "installed: ${missing[*]}"
