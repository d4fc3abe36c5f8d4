#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the test objects. Those here are from clang 19; run with CLANG=clang-14 and the like to try others.
cd "$(dirname "$0")" || exit 1
out=${1:-.}
for source in *.bpf.c; do
    debug=-g
    case $source in legacy_maps*) debug= ;; esac
    compiler=${CLANG:-clang}
    case $source in merged_constants*) compiler=clang-14 ;; esac # the compiler's mistake is what it shows
    $compiler -O2 $debug -fdebug-compilation-dir=. -target bpf -mcpu=v3 -Wall -c "$source" -o "$out/${source%.c}.o" || exit 1
    ${STRIP:-llvm-strip} -g "$out/${source%.c}.o" || exit 1
done
