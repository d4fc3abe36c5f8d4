#!/usr/bin/env bash
# iperf3 TCP between two hosts on veths: through our switch and through the kernel bridge, in turn in one
# session:   iperf.sh [RUNS] [SECONDS] [OPTIONS OF xdp4j switch...]
# The hosts have their default offloads, or none with OFFLOADS=off. Each run also tells after how many
# milliseconds from its launch the switch answered the first ping.
# Needs root, iproute2, iperf3. Makes namespaces of its own and removes them.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
runs=${1:-5}
seconds=${2:-5}
options=("${@:3}")
id=$RANDOM
work=$(mktemp -d)
clean() { for n in h1 h2 sw; do ip netns del "b$id-$n" 2>/dev/null || true; done; rm -rf "$work"; }
trap clean EXIT

for n in h1 h2 sw; do ip netns add "b$id-$n"; done
ip netns exec "b$id-sw" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
for i in 1 2; do
  ip link add eth0 netns "b$id-h$i" type veth peer name p$i netns "b$id-sw"
  ip -n "b$id-h$i" addr add 10.7.0.$i/24 dev eth0
  ip -n "b$id-h$i" link set eth0 up
  ip -n "b$id-sw" link set p$i up
  mac[i]=$(ip netns exec "b$id-h$i" cat /sys/class/net/eth0/address)
  if [ "${OFFLOADS:-}" = off ]; then
    for end in "h$i eth0" "sw p$i"; do
      # shellcheck disable=SC2086
      set -- $end
      ip netns exec "b$id-$1" ethtool -K "$2" tx off sg off tso off gso off gro off >/dev/null 2>&1 || true
    done
  fi
done
# A lost ARP request would be asked again only after a second.
ip -n "b$id-h1" neigh replace 10.7.0.2 lladdr "${mac[2]}" dev eth0
ip -n "b$id-h2" neigh replace 10.7.0.1 lladdr "${mac[1]}" dev eth0

answered() { until ip netns exec "b$id-h1" ping -c 1 -W 0.05 10.7.0.2 >/dev/null 2>&1; do :; done; }
through() { # file of rates
  ip netns exec "b$id-h2" iperf3 -s -1 >/dev/null 2>&1 &
  local server=$!
  until ip netns exec "b$id-h2" ss -ltn | grep -q 5201; do sleep 0.1; done
  ip netns exec "b$id-h1" iperf3 -c 10.7.0.2 -t "$seconds" -J |
    python3 -c 'import json,sys; print(round(json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"]/1e9, 2))' >>"$1"
  wait "$server"
}
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)], "(" v[1] ".." v[NR] ")"}'; }

for run in $(seq "$runs"); do
  launched=$(date +%s%N)
  ip netns exec "b$id-sw" "${XDP4J:-$root/xdp4j}" switch p1 p2 "${options[@]}" >"$work/switch.out" 2>&1 &
  switch=$!
  answered
  echo $((($(date +%s%N) - launched) / 1000000)) >>"$work/start"
  through "$work/ours"
  kill -TERM "$switch"; wait "$switch"
  grep -q ': balanced' "$work/switch.out" || { cat "$work/switch.out"; exit 1; }

  ip -n "b$id-sw" link add br0 type bridge
  for i in 1 2; do ip -n "b$id-sw" link set p$i master br0; done
  ip -n "b$id-sw" link set br0 up
  answered
  through "$work/bridge"
  ip -n "b$id-sw" link del br0
  echo "run $run: switch $(tail -1 "$work/ours"), bridge $(tail -1 "$work/bridge") Gbit/s, first ping after $(tail -1 "$work/start") ms"
done
echo "first ping after $(median <"$work/start") ms"
echo "switch $(median <"$work/ours") Gbit/s, bridge $(median <"$work/bridge") Gbit/s"
awk -v a="$(median <"$work/ours")" -v b="$(median <"$work/bridge")" 'BEGIN {printf "ratio of medians %.2f\n", a / b}'
