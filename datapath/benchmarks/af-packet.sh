#!/usr/bin/env bash
# AF_PACKET port to port, ours against the C reference, on the same veths under the same load:
#   af-packet.sh REFERENCES [ROUNDS]    REFERENCES: folder with afp.c, lfgen.c, lfgen.bpf.c, mkpkts.py
# Both live on one CPU all the time, and in each round each forwards for a second while the other is
# stopped, so that neither the compilers' start nor the machine's other work falls on one of them only.
# Frames are counted at the receiver. CPU time is the forwarder's, system calls included: with other work
# on the machine it is the steadier figure.
# Needs root, iproute2, ethtool, gcc, clang, libbpf-dev. Makes namespaces of its own and removes them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
reference=$(cd "$1" && pwd)
rounds=${2:-10}
warm=6
id=$RANDOM
work=$(mktemp -d)
clean() {
  for signal in CONT TERM; do kill -s $signal $(jobs -p) 2>/dev/null || true; done
  for n in g d s; do ip netns del "b$id-$n" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT

cp "$reference"/{afp.c,lfgen.c,lfgen.bpf.c,mkpkts.py} "$work"
cd "$work"
gcc -O2 -w afp.c -o afp
clang -O2 -g -target bpf -I/usr/include/"$(uname -m)"-linux-gnu -c lfgen.bpf.c -o lfgen.bpf.o
gcc -O2 -w lfgen.c -o lfgen -lbpf -lelf -lz
python3 mkpkts.py frames >/dev/null

for n in g d s; do
  ip netns add "b$id-$n"
  ip netns exec "b$id-$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
link() { # namespace name mac
  ip -n "$1" link set "$2" address "$3" up
  ip netns exec "$1" ethtool -K "$2" gro on tx off rx off >/dev/null 2>&1
}
ip link add g0 netns "b$id-g" type veth peer name d0 netns "b$id-d"
ip link add d1 netns "b$id-d" type veth peer name s0 netns "b$id-s"
link "b$id-g" g0 02:00:00:00:00:01; link "b$id-d" d0 02:00:00:00:00:02
link "b$id-d" d1 02:00:00:00:00:03; link "b$id-s" s0 02:00:00:00:00:04

sunk() { ip netns exec "b$id-s" cat /sys/class/net/s0/statistics/rx_packets; }
busy() { cat "/proc/$1"/task/*/schedstat | awk '{sum += $1} END {printf "%.0f", sum}'; } # nanoseconds of CPU
# Has the forwarder with that process id run alone, and appends Mpps and CPU ns/frame to the file.
measure() { # pid file
  local busy0 frames0 time0 busy1 frames1 time1
  kill -CONT "$1"
  sleep 0.1
  busy0=$(busy "$1"); frames0=$(sunk); time0=$(date +%s%N)
  sleep 1
  busy1=$(busy "$1"); frames1=$(sunk); time1=$(date +%s%N)
  kill -STOP "$1"
  awk -v f=$((frames1 - frames0)) -v t=$((time1 - time0)) -v b=$((busy1 - busy0)) \
    'BEGIN {printf "%.3f %.0f\n", f * 1e3 / t, b / f}' >>"$2"
}
median() { cut -d' ' -f"$2" "$1" | sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)], "(" v[1] ".." v[NR] ")"}'; }
ratio() { awk -v a="$(median "$1" "$3")" -v b="$(median "$2" "$3")" 'BEGIN {printf "%.2f", a / b}'; }

life=$((warm + 3 * rounds + 5))
ip netns exec "b$id-d" taskset -c 1 ./afp fwd3m d0 d1 "$life" >c.out 2>&1 &
c=$!
kill -STOP $c
ip netns exec "b$id-d" taskset -c 1 "$here/run.sh" AfPacketForward d0 d1 "$life" >ours.out 2>ours.err &
ours=$!
until grep -q ready ours.out; do sleep 0.1; done
ip netns exec "b$id-g" taskset -c 0 ./lfgen -t "$life" g0 frames/udp4_64.bin >/dev/null &
sleep $warm
kill -STOP $ours
for round in $(seq "$rounds"); do
  measure $ours ours
  measure $c c
  echo "round $round: ours $(tail -1 ours), C $(tail -1 c) (Mpps, CPU ns/frame)"
done
echo "Mpps: ours $(median ours 1), C $(median c 1), ratio of medians $(ratio ours c 1)"
echo "CPU ns/frame: ours $(median ours 2), C $(median c 2), C over ours $(ratio c ours 2)"
kill -CONT $ours $c
wait
cat ours.out
