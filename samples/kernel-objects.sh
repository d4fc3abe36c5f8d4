#!/usr/bin/env bash
# Builds the kernel's own XDP samples as objects that our tools run with --object:
#   samples/kernel-objects.sh DIRECTORY [LINUX-SOURCE.tar.xz]
# Needs clang, bpftool, libbpf-dev, and Debian's linux-source package. The objects are GPL.
set -euo pipefail
out=${1:?usage: kernel-objects.sh DIRECTORY [LINUX-SOURCE.tar.xz]}
out=$(realpath -m "$out")
tar=${2:-$(ls /usr/src/linux-source-*.tar.xz | tail -n 1)}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tar -C "$work" -xf "$tar" --wildcards --strip-components=3 '*/samples/bpf/*xdp*' '*/samples/bpf/hash_func01.h' \
  '*/samples/bpf/net_shared.h' 2>/dev/null || true # not every version has each
mkdir -p "$work/shim/uapi"
ln -s /usr/include/linux "$work/shim/uapi/linux"
bpftool btf dump file /sys/kernel/btf/vmlinux format c >"$work/shim/vmlinux.h"

# What the samples of the old style take from the kernel's own headers.
cat >"$work/shim/old.h" <<'H'
#include <linux/types.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
#define __force
#define __packed __attribute__((packed))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define htons(x) __builtin_bswap16(x)
#define ntohs(x) __builtin_bswap16(x)
#define cpu_to_be32(x) __builtin_bswap32(x)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define memcpy __builtin_memcpy
#define AF_INET 2
#define AF_INET6 10
#define LINUX_VERSION_CODE 0
struct vlan_hdr {
	__be16 h_vlan_TCI;
	__be16 h_vlan_encapsulated_proto;
};
H

compile() { # source, object, further flags
  clang -O2 -g -target bpf -D__TARGET_ARCH_x86 -w -I"$work/shim" -I"$work" "${@:3}" -c "$1" -o "$2"
}
cd "$work"
compile xdp_sample.bpf.c sample.o
for name in xdp_redirect_cpu xdp_redirect xdp_redirect_map xdp_redirect_map_multi; do
  compile $name.bpf.c part.o
  bpftool gen object "$out/$name.o" part.o sample.o
done
for name in xdp1 xdp2 xdp_rxq_info xdp_sample_pkts xdp_fwd; do
  compile ${name}_kern.c "$out/$name.o" -include "$work/shim/old.h" -I/usr/include/"$(uname -m)"-linux-gnu
done
ls "$out"
