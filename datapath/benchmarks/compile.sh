#!/usr/bin/env bash
# Times the compilation of long programs, each run in a JVM of its own, so that all is cold:
#   compile.sh [RUNS]     default 5; a line a run: object loaded and verified, compiled, run once
# Needs clang and libbpf-dev. Build first: mvn -pl datapath/benchmarks -am -DskipTests package
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for rounds in 160 840; do
  clang -O2 -g -mcpu=v1 -DROUNDS=$rounds -mllvm -pragma-unroll-threshold=1000000 -target bpf \
    -I"/usr/include/$(uname -m)-linux-gnu" -c "$here/large.bpf.c" \
    -o "$work/large.bpf.o"
  for _ in $(seq "${1:-5}"); do
    "$here/run.sh" CompileTime "$work/large.bpf.o" large
  done
done
