// SPDX-License-Identifier: Apache-2.0
// The section `.maps` with every attribute.
#include "bpf_min.h"

struct bpf_spin_lock {
    __u32 val;
};

struct bpf_timer {
    __u64 opaque[2];
};

struct flow {
    __u32 saddr, daddr;
    __u16 sport, dport;
};

struct state {
    __u64 packets;
    struct bpf_spin_lock lock;
    struct bpf_timer timers[2];
#ifdef WITH_KPTR
    struct task_struct __kptr *owner;
#endif
};

struct {
    __uint(type, 1);
    __type(key, struct flow);
    __type(value, struct state);
    __uint(max_entries, 1024);
    __uint(map_flags, 1);
    __uint(pinning, 1);
    __uint(numa_node, 0);
} flows SEC(".maps");

struct {
    __uint(type, 30);
    __uint(value_size, 8);
    __uint(max_entries, 100);
    __uint(map_extra, 3);
} seen SEC(".maps");

struct {
    __uint(type, 27);
    __uint(max_entries, 5000);
} events SEC(".maps");

struct {
    __uint(type, 4);
    __uint(key_size, 4);
    __uint(value_size, 4);
} samples SEC(".maps");

// The form of Linux 5.2.
struct {
    __u32 type;
    __u32 max_entries;
    int *key;
    __u64 *value;
} early SEC(".maps") = {.type = 2, .max_entries = 9};

struct inner_map {
    __uint(type, 2);
    __uint(key_size, 4);
    __uint(value_size, 16);
    __uint(max_entries, 3);
} red SEC(".maps"), green SEC(".maps");

struct {
    __uint(type, 12);
    __uint(key_size, 4);
    __uint(max_entries, 4);
    __array(values, struct inner_map);
} by_colour SEC(".maps") = {.values = {[1] = &green, [3] = &red}};

int drop(struct xdp_md *ctx);
int pass(struct xdp_md *ctx);

struct {
    __uint(type, 3);
    __uint(key_size, 4);
    __uint(max_entries, 2);
    __array(values, int(struct xdp_md *));
} jumps SEC(".maps") = {.values = {(void *)&drop, (void *)&pass}};

char SEC("license") _license[] = "GPL";

SEC("xdp") int drop(struct xdp_md *ctx)
{
    return XDP_DROP;
}

SEC("xdp") int pass(struct xdp_md *ctx)
{
    return XDP_PASS;
}

SEC("xdp") int entry(struct xdp_md *ctx)
{
    struct flow flow = {1, 2, 3, 4};
    __u32 key = 1;
    if (bpf_map_lookup_elem(&flows, &flow))
        return XDP_DROP;
    void *map = bpf_map_lookup_elem(&by_colour, &key);
    if (map && bpf_map_lookup_elem(map, &key))
        return XDP_TX;
    bpf_tail_call(ctx, &jumps, 1);
    return XDP_ABORTED;
}
