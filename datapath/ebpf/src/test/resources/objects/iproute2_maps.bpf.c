// SPDX-License-Identifier: Apache-2.0
// The section `maps` of iproute2, and its sections for tail calls.
#include "bpf_min.h"

struct bpf_elf_map {
    __u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};

struct bpf_elf_map SEC("maps") jumps = {.type = 3, .size_key = 4, .size_value = 4, .max_elem = 3, .id = 7};
struct bpf_elf_map SEC("maps") inner = {
    .type = 2, .size_key = 4, .size_value = 8, .max_elem = 5, .id = 42, .inner_idx = 1};
struct bpf_elf_map SEC("maps") outer = {
    .type = 12, .size_key = 4, .size_value = 4, .max_elem = 2, .pinning = 2, .inner_id = 42};

char SEC("license") _license[] = "Dual BSD/GPL";

SEC("7/0") int first(struct xdp_md *ctx)
{
    return 1;
}

SEC("7/2") int third(struct xdp_md *ctx)
{
    return 3;
}

SEC("classifier") int entry(struct xdp_md *ctx)
{
    __u32 key = 0;
    bpf_tail_call(ctx, &jumps, 2);
    return bpf_map_lookup_elem(&outer, &key) ? 1 : 0;
}
