// SPDX-License-Identifier: Apache-2.0
// Static maps and programs: relocations name their section, and the instruction how far into it.
#include "bpf_min.h"

struct bpf_map_def {
    __u32 type, key_size, value_size, max_entries, map_flags, pinning;
    char path[256];
};

static struct bpf_map_def SEC("maps/shared") shared = {1, 4, 4, 10, 0, 1, "globals"};

struct short_def {
    __u32 type, key_size, value_size, max_entries;
};

static struct short_def SEC("maps") first = {2, 4, 8, 10};
static struct short_def SEC("maps") second = {1, 4, 8, 20};

struct inner_map {
    __uint(type, 2);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __uint(max_entries, 1);
};

static struct inner_map red SEC(".maps");
static struct inner_map blue SEC(".maps");

static struct {
    __uint(type, 12);
    __uint(key_size, 4);
    __uint(max_entries, 2);
    __array(values, struct inner_map);
} colours SEC(".maps") = {.values = {&red, &blue}};

SEC("xdp") int prog(struct xdp_md *ctx)
{
    __u32 key = 1;
    void *map = bpf_map_lookup_elem(&colours, &key);
    if (map && bpf_map_lookup_elem(map, &key))
        return XDP_TX;
    if (bpf_map_lookup_elem(&second, &key) || bpf_map_lookup_elem(&blue, &key))
        return XDP_DROP;
    return bpf_map_lookup_elem(&first, &key) || bpf_map_lookup_elem(&shared, &key);
}
