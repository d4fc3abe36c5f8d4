// SPDX-License-Identifier: Apache-2.0
// The section `maps` of the kernel's samples: index of the inner map and NUMA node behind.
#include "bpf_min.h"

struct bpf_map_def {
    __u32 type, key_size, value_size, max_entries, map_flags, inner_map_idx, numa_node;
};

struct bpf_map_def SEC("maps") inner = {1, 4, 4, 10, 0, 0, 0};
struct bpf_map_def SEC("maps") outer = {12, 4, 4, 8, 0, 0, 0};
struct bpf_map_def SEC("maps") placed = {1, 4, 4, 10, 4, 0, 1};

SEC("xdp") int prog(struct xdp_md *ctx)
{
    __u32 key = 0;
    void *map = bpf_map_lookup_elem(&outer, &key);
    return map && bpf_map_lookup_elem(map, &key) ? XDP_DROP : XDP_PASS;
}
