#!/usr/bin/env bash
# What tracepoints cost: CPU time of a worker per frame, in slices of processes that take turns on one CPU:
#   tracepoints.sh [ROUNDS] [SCENARIO...]     default: 30 rounds of drop, redirect and veth
# With listeners: one process, in which nobody, xdp_monitor and xdp_monitor -s listen in turn; medians of the
# rounds' quotients. With nobody: two processes ask once whether anybody listens, two ask 16 times more often, at
# the same places (a patched Worker). The difference, a sixteenth of it, is what asking costs: two processes of the
# same code differ by more than that, by what the compiler makes of them.
# Build first: mvn -pl datapath/benchmarks -am -DskipTests package
set -eu
here=$(cd "$(dirname "$0")" && pwd)
worker=$here/../core/src/main/java/io/xdp4j/core/napi/Worker.java
rounds=${1:-30}
shift $(($# > 0 ? 1 : 0))
scenarios=("$@")
[ ${#scenarios[@]} -gt 0 ] || scenarios=(drop redirect veth)
slice=200
more=16
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null; then java_home=$home; break; fi
done
again=$(for _ in $(seq $more); do printf 'if (\\1.getOpaque(this) != null) { return null; } '; done)
sed -E "s/return opened\\(\\(TraceListener\\) ([A-Z_]+)\\.getOpaque/$again &/" "$worker" >"$work/Worker.java"
[ "$(diff "$worker" "$work/Worker.java" | grep -c '^>')" = 2 ] ||
  { echo "$worker: expected two places that ask for a listener a frame" >&2; exit 1; }
mkdir "$work/classes"
"$java_home/bin/javac" -nowarn -proc:none -d "$work/classes" -cp "$here/target/lib/*" "$work/Worker.java" \
  2>"$work/javac.err" || { cat "$work/javac.err" >&2; exit 1; }

# A process that measures when asked; its descriptors are fd and fd + 1.
start() { # fd [class path]
  mkfifo "$work/in" "$work/out"
  XDP4J_CLASS_PATH=${2:-} "$here/run.sh" TraceCost "$scenario" <"$work/in" >"$work/out" &
  eval "exec $1>'$work/in' $(($1 + 1))<'$work/out'"
  rm "$work/in" "$work/out"
}
ask() { # fd mode: ns/frame
  echo "$2 $slice" >&"$1"
  local nanos
  read -r nanos <&"$(($1 + 1))"
  echo "$nanos"
}
median() { sort -n | awk '{v[NR]=$1} END {printf "%.2f (quartiles %.2f..%.2f)", v[int((NR+1)/2)], v[int((NR+3)/4)], v[int((3*NR+3)/4)]}'; }
column() { awk -v "n=$1" '{print $n}' "$work/rounds"; }
quotient() { awk -v "n=$1" '{print ($n / $1 - 1) * 100}' "$work/rounds" | median; }
for scenario in "${scenarios[@]}"; do
  for fd in 20 22 24; do start $fd; done
  for fd in 26 28; do start $fd "$work/classes"; done
  for _ in 1 2 3 4 5 6; do # all compile everything first
    for mode in none monitor stats; do ask 20 $mode; done
    for fd in 22 24 26 28; do ask $fd none; done
  done >/dev/null
  for _ in $(seq "$rounds"); do
    echo "$(ask 20 none) $(ask 20 monitor) $(ask 20 stats) $(ask 22 none) $(ask 24 none) $(ask 26 none) $(ask 28 none)"
  done >"$work/rounds"
  for fd in 20 22 24 26 28; do eval "exec $fd>&- $((fd + 1))<&-"; done
  wait
  echo "$scenario: $(column 4 | median) and $(column 5 | median) ns/frame, nobody listens"
  echo "  asked $more times more: $(column 6 | median) and $(column 7 | median) ns; once, in % of a frame:" \
    "$(awk -v m=$more '{print (($6 + $7) / ($4 + $5) - 1) * 100 / m}' "$work/rounds" | median)"
  echo "  xdp_monitor listens: cost in % $(quotient 2); xdp_monitor -s: $(quotient 3)"
done
