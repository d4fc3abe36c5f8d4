#!/usr/bin/env bash
# AF_PACKET port to port, ours against the C reference, in turn on the same veths in one session:
#   af-packet.sh REFERENCES [RUNS]      REFERENCES: folder with afp.c, lfgen.c, lfgen.bpf.c, mkpkts.py
# Needs root, iproute2, ethtool, gcc, clang, libbpf-dev. Makes namespaces of its own and removes them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
reference=$(cd "$1" && pwd)
runs=${2:-5}
id=$RANDOM
work=$(mktemp -d)
clean() { for n in g d s; do ip netns del "b$id-$n" 2>/dev/null || true; done; rm -rf "$work"; }
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

generate() { ip netns exec "b$id-g" taskset -c 0 ./lfgen -t 5 g0 frames/udp4_64.bin >/dev/null; }
rate() { sed -n 's/^fwd tx \([0-9.]*\) Mpps.*/\1/p' "$1"; }
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)], "(" v[1] ".." v[NR] ")"}'; }

for run in $(seq "$runs"); do
  ip netns exec "b$id-d" taskset -c 1 "$here/run.sh" AfPacketForward d0 d1 8 >ours.out 2>ours.err &
  until grep -q ready ours.out; do sleep 0.1; done
  generate; wait; rate ours.out >>ours
  ip netns exec "b$id-d" taskset -c 1 ./afp fwd3m d0 d1 7 >c.out 2>&1 &
  sleep 0.5
  generate; wait; rate c.out >>c
  echo "run $run: ours $(tail -1 ours), C $(tail -1 c) Mpps"
done
echo "ours $(median <ours) Mpps, C $(median <c) Mpps"
awk -v a="$(median <ours)" -v b="$(median <c)" 'BEGIN {printf "ratio of medians %.2f\n", a / b}'
