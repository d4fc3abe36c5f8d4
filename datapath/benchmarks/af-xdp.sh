#!/usr/bin/env bash
# AF_XDP in copy mode on veths, ours against the C loop of src/main/c/xsk_loop.c, in turn in one run:
#   af-xdp.sh rxdrop|txonly|forward [ROUNDS] [SECONDS]
# The kernel's own generator (XDP test runs with live frames) has CPU 1, the program under test CPU 0. Packets are
# counted by the kernel, the same way for both: at the interface's queue for rxdrop, at the receiving end else.
#   af-xdp.sh switch [ROUNDS] [SECONDS]     our learning switch against the kernel's bridge; beside them the C loop
#                                           that forwards without a look at the frames, the most that copy mode allows
# Needs root, iproute2, ethtool, a C compiler, libxdp-dev, libbpf-dev. Makes a namespace and removes it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
what=$1
rounds=${2:-3}
seconds=${3:-3}
warm=5 # seconds; a JVM compiles meanwhile
ns=b$RANDOM
work=$(mktemp -d)
pids=()
clean() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  ip netns del "$ns" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
cc -O2 -w -o "$work/xsk_loop" "$root/datapath/benchmarks/src/main/c/xsk_loop.c" -lxdp -lbpf

ip netns add "$ns"
inside() { ip netns exec "$ns" "$@"; }
inside sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
# g (generator) ==== d0 | program | d1 ==== s (sink)
for pair in "g d0" "d1 s"; do
  set -- $pair
  ip -n "$ns" link add "$1" type veth peer name "$2"
  ip -n "$ns" link set "$1" up
  ip -n "$ns" link set "$2" up
done
# What the generator sends to.
ip -n "$ns" link set s address 02:00:00:00:00:02

devices() { for port in "$@"; do echo "  - {name: $port, transport: af_xdp, interface: $port, xdp: {mode: copy}}"; done; }
case $what in
rxdrop) { echo "workers: {count: 1, cpus: [0]}"; echo devices:; devices d0; cat <<END
programs:
  - {name: drop, type: drop, attach: [d0]}
END
} ;;
txonly) { echo "workers: {count: 1, cpus: [0]}"; echo devices:; devices d1; cat <<END
  - {name: load, transport: generator, size: 64, rate: 0, flows: 1}
programs:
  - {name: send, type: redirect, device: d1, attach: [load]}
END
} ;;
forward) { echo "workers: {count: 1, cpus: [0]}"; echo devices:; devices d0 d1; cat <<END
programs:
  - name: there
    type: object
    file: $root/datapath/benchmarks/bpf/forward.bpf.o
    attach: [d0]
    entries:
      - {map: ports, key: 0, device: d1}
END
} ;;
switch) ip netns exec "$ns" ethtool -K d0 gro on >/dev/null; { echo "workers: {count: 1, cpus: [0]}"; echo devices:; devices d0 d1; echo "switch: {name: br0, ports: [d0, d1]}"; } ;;
*) sed -n 2,9p "$0"; exit 2 ;;
esac >"$work/run.yaml"

count() {
  if [ "$what" = rxdrop ]; then
    inside ethtool -S d0 | sed -n 's/ *rx_queue_0_xdp_redirect: //p'
  else
    inside cat /sys/class/net/s/statistics/rx_packets
  fi
}
generate() { # seconds before it is measured
  [ "$what" = txonly ] && return
  inside taskset -c 1 "$work/xsk_loop" generate g $(($1 + seconds + 3)) >/dev/null &
  pids+=($!)
}
measure() { # file, seconds to wait before
  local from to start end
  sleep "$2"
  from=$(count); start=$(date +%s%N)
  sleep "$seconds"
  to=$(count); end=$(date +%s%N)
  awk -v f=$((to - from)) -v t=$((end - start)) 'BEGIN {printf "%.3f\n", f * 1e3 / t}' >>"$1"
}
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; pids=(); }
ours() {
  # The JVM's own threads stay on the worker's CPU, too: the other one is the generator's.
  inside taskset -c 0 ${XDP4J:-$root/xdp4j} run "$work/run.yaml" --duration 60s >"$work/ours.log" 2>&1 &
  pids+=($!)
  until inside ip link show d1 | grep -q ' xdp ' || inside ip link show d0 | grep -q ' xdp '; do sleep 0.1; done
  [ "$what" != switch ] || learn
  generate $warm
  measure "$work/ours" $warm
  finish
}
bridge() {
  ip -n "$ns" link add br0 type bridge
  for port in d0 d1; do ip -n "$ns" link set $port master br0; done
  ip -n "$ns" link set br0 up
  sleep 1
  learn
  generate 1
  measure "$work/bridge" 1
  finish
  ip -n "$ns" link del br0
}
loop() { # of xsk_loop, ports
  inside taskset -c 0 "$work/xsk_loop" "$@" 60 >"$work/c.log" 2>&1 &
  pids+=($!)
  sleep 1
  generate 1
  measure "$work/loop" 1
  finish
}
reference() {
  case $what in
  rxdrop) loop rxdrop d0 ;;
  txonly) loop txonly d1 ;;
  forward) loop forward d0 d1 ;;
  switch) bridge && loop forward d0 d1 ;;
  esac
}
# The sink's address is known before the load comes.
learn() { for i in 1 2 3; do inside "$work/xsk_loop" hello s 0; done; }
median() { sort -n "$1" | awk '{v[NR]=$1} END {print v[int((NR+1)/2)], "(" v[1] ".." v[NR] ")"}'; }

references=loop
[ "$what" != switch ] || references="bridge loop"
for round in $(seq "$rounds"); do
  reference
  ours
  printf '%s round %s: ours %s' "$what" "$round" "$(tail -1 "$work/ours")"
  for other in $references; do printf ', %s %s' "$other" "$(tail -1 "$work/$other")"; done
  echo " Mpps"
done
echo "$what: ours $(median "$work/ours") Mpps"
for other in $references; do
  echo "$what: $other $(median "$work/$other") Mpps"
  awk -v a="$(median "$work/ours")" -v b="$(median "$work/$other")" 'BEGIN {printf "ratio of medians %.2f\n", a / b}'
done
