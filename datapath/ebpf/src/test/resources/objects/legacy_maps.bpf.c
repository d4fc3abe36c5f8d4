// SPDX-License-Identifier: Apache-2.0
// The section `maps` of libbpf before 1.0, five fields a map; compiled without -g.
#include "bpf_min.h"

struct bpf_map_def {
    __u32 type, key_size, value_size, max_entries, map_flags;
};

struct bpf_map_def SEC("maps") counters = {6, 4, 8, 256, 0};
struct bpf_map_def SEC("maps") flows = {1, 12, 16, 1000, 1};
struct bpf_map_def SEC("maps") cpu_map = {16, 4, 4, 64, 0};

char SEC("license") _license[] = "GPL";
__u32 SEC("version") _version = 0x060100;

SEC("xdp_cpu_map0") int spread(struct xdp_md *ctx)
{
    __u32 key = 0;
    __u64 *count = bpf_map_lookup_elem(&counters, &key);
    if (count)
        ++*count;
    return bpf_redirect_map(&cpu_map, ctx->rx_queue_index, 0);
}

SEC("prog") int look(struct xdp_md *ctx)
{
    __u32 key[3] = {1, 2, 3};
    return bpf_map_lookup_elem(&flows, key) ? XDP_DROP : XDP_PASS;
}
