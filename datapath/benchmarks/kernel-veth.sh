#!/usr/bin/env bash
# The samples' objects on veth pairs, the kernel's and ours, in turn in one run:
#   kernel-veth.sh REFERENCES [ROUNDS] [SECONDS] [ROW...]     REFERENCES: folder with lfgen.c, lfgen.bpf.c, mkpkts.py
# Rows: drop, tx, redirect (devmap), cpumap (l4-hash, all flows to the other core), generic-drop, pass. Of the first four
# ours comes once more as NAME-nic: the object on the emulated NIC itself, without a veth pair before it; redirect
# also as redirect-nics, out by a second emulated NIC without any veth.
#     generator ==> g0 ---- d0 | program | d1 ---- s0
# Both sides have the same 64-byte UDP frames, generator and program on CPU 0 (cpumap: the target on CPU 1), and
# are counted at the program, at s0 (redirect), or as they reach the stack (cpumap: Ip InReceives; ours: frames
# handed to the host side).
# Needs root, iproute2, ethtool, gcc, clang, libbpf-dev. Makes namespaces of its own and removes them.
# Build first: mvn -pl datapath/benchmarks -am -DskipTests package
set -eu
here=$(cd "$(dirname "$0")" && pwd)
objects=$here/../../samples/bpf
reference=$(cd "$1" && pwd)
rounds=${2:-5}
seconds=${3:-2}
rows=("${@:4}")
[ ${#rows[@]} -gt 0 ] || rows=(drop tx redirect cpumap generic-drop pass)
id=$RANDOM
work=$(mktemp -d)
clean() {
  kill $(jobs -p) 2>/dev/null || true
  for n in g d s; do ip netns del "b$id-$n" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean EXIT

cp "$reference"/{lfgen.c,lfgen.bpf.c,mkpkts.py} "$here/src/main/c/xdp_attach.c" "$work"
cd "$work"
clang -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c lfgen.bpf.c -o lfgen.bpf.o
gcc -O2 -w lfgen.c -o lfgen -lbpf -lelf -lz
gcc -O2 -w xdp_attach.c -o xdp_attach -lbpf
python3 mkpkts.py frames >/dev/null

for n in g d s; do
  ip netns add "b$id-$n"
  ip netns exec "b$id-$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
ip link add g0 netns "b$id-g" type veth peer name d0 netns "b$id-d"
ip link add d1 netns "b$id-d" type veth peer name s0 netns "b$id-s"
for end in "g g0 1" "d d0 2" "d d1 3" "s s0 4"; do
  set -- $end
  ip -n "b$id-$1" link set "$2" address "02:00:00:00:00:0$3" up
  ip netns exec "b$id-$1" ethtool -K "$2" gro on tx off rx off >/dev/null 2>&1
done

# Attaches, and leaves a name under which ask finds it.
attach() { # name namespace arguments of xdp_attach
  local to from line
  mkfifo "$1.in" "$1.out"
  ip netns exec "b$id-$2" ./xdp_attach "${@:3}" <"$1.in" >"$1.out" &
  attached+=($!)
  exec {to}>"$1.in" {from}<"$1.out"
  rm "$1.in" "$1.out"
  handles+=("$to" "$from")
  eval "$1_to=$to $1_from=$from"
  read -r line <&"$from" || { echo "xdp_attach ${*:3}: failed" >&2; exit 1; }
}
ask() { # name column
  local to=$1_to from=$1_from counts
  echo >&"${!to}"
  read -r -a counts <&"${!from}"
  echo "${counts[$2]}"
}
detach_all() {
  local handle
  for handle in "${handles[@]}"; do exec {handle}>&-; done
  wait "${attached[@]}"
}
basic() { attach main d "$objects/xdp_bench.bpf.o" "$1" d0 "$3" int:action="$2"; }
kernel() { # row: appends Mpps to the row's file
  local column=0 counter=main from to start end
  attached=() handles=()
  case $1 in
    drop) basic xdp_no_touch 1 native ;;
    generic-drop) basic xdp_no_touch 1 skb ;;
    pass) basic xdp_no_touch 2 native ;;
    tx) attach back g "$objects/xdp_basic.bpf.o" xdp_drop g0 native; basic xdp_swap_macs 3 native ;;
    redirect)
      attach sink s "$objects/xdp_bench.bpf.o" xdp_no_touch s0 native int:action=1
      attach main d "$objects/xdp_redirect_map.bpf.o" xdp_redirect_map_native d0 native 'tx_port_native[0]=d1'
      counter=sink ;;
    cpumap)
      attach main d "$objects/xdp_redirect_cpu.bpf.o" cpumap_l4_hash d0 native 'cpu_map[1]=2048' 'cpus_available[0]=1' 'cpus_count[0]=1'
      column=1 ;;
  esac
  ip netns exec "b$id-g" ./lfgen -c 0 -t $((seconds + 1)) g0 frames/udp4_64.bin >lfgen.out &
  local generator=$!
  sleep 0.4
  from=$(ask $counter $column); start=$(date +%s%N)
  sleep "$seconds"
  to=$(ask $counter $column); end=$(date +%s%N)
  wait $generator
  echo "$1: $(cat lfgen.out)" >>lfgen.log
  awk -v f=$((to - from)) -v t=$((end - start)) 'BEGIN {printf "%.3f\n", f * 1e3 / t}' >>"$1.kernel"
  detach_all
}
ours() { "$here/run.sh" PacketRate "object-$1" seconds="$seconds" runs=1 warm-up=2 | awk 'NR == 2 {print $2}' >>"$1.ours"; }
variants() { # row
  case $1 in
    redirect) echo redirect redirect-nic redirect-nics ;;
    drop | tx | cpumap) echo "$1" "$1-nic" ;;
    *) echo "$1" ;;
  esac
}
spread() { sort -n "$1" | awk '{v[NR]=$1} END {printf "%.2f (%.2f..%.2f)", v[int((NR+1)/2)], v[1], v[NR]}'; }

printf '%-14s %-24s %-24s %s\n' row 'kernel, Mpps' 'ours, Mpps' 'ratio in each round, median (lowest..highest)'
for row in "${rows[@]}"; do
  for _ in $(seq "$rounds"); do
    kernel "$row"
    for variant in $(variants "$row"); do ours "$variant"; done
  done
  for variant in $(variants "$row"); do
    paste "$row.kernel" "$variant.ours" | awk '{print $2 / $1}' >ratio
    printf '%-14s %-24s %-24s %s\n' "$variant" "$(spread "$row.kernel")" "$(spread "$variant.ours")" "$(spread ratio)"
  done
done
cat lfgen.log
