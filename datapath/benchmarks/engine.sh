#!/usr/bin/env bash
# Runs the engine's programs side by side through our compiler and through the kernel's, and prints
# ns per run net of the empty program, the ratio (median, lowest..highest of the rounds), the ratio
# with the empty program in it, and the geometric mean of each group:
#   engine.sh [rounds=N] [PART...]   only the programs of a group (micro, whole), those whose name
#                                    contains one of the parts, or is it (=NAME)
#   engine.sh interpreter [PART...]  our interpreter beside our compiler
# Needs root (bpf(2)), clang, gcc, libbpf-dev, and the kernel's side of the comparison in
# $XDP4J_BENCH (default: shared/bench beside the repository).
# Build first: mvn -pl datapath/benchmarks -am -DskipTests package
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bench=${XDP4J_BENCH:-$here/../../../shared/bench}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -O2 -w "$bench/bpfrun.c" -o "$work/bpfrun" -lbpf -lelf -lz
clang -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" -c "$bench/mb_micro.bpf.c" -o "$work/micro.bpf.o"
cp "$here"/../../samples/bpf/*.bpf.o "$here"/bpf/*.bpf.o "$work"
python3 "$bench/mkpkts.py" "$work" > /dev/null
main=EngineRate
if [ "${1:-}" = interpreter ]; then main=InterpreterRate; shift; fi
"$here/run.sh" $main "$work" "$here/engine.cases" "$@"
