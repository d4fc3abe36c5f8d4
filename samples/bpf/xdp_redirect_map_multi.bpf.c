// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Sends a copy of each packet to every other device of a group; an egress program may set the
// source address.
#include "counting.h"
#include "parsing.h"

#define MAX_DEVICES 32
#define TO_ALL_OTHERS (BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS)

/* Entries without a program, for generic mode. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, MAX_DEVICES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} forward_map_general SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, MAX_DEVICES);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_devmap_val));
} forward_map_native SEC(".maps");

/* Addresses of the devices, by interface index. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_DEVICES);
	__type(key, __u32);
	__type(value, __be64);
} mac_map SEC(".maps");

static __always_inline int forward(void *map)
{
	return received() ? bpf_redirect_map(map, 0, TO_ALL_OTHERS) : XDP_PASS;
}

SEC("xdp")
int xdp_redirect_map_general(struct xdp_md *ctx)
{
	return forward(&forward_map_general);
}

SEC("xdp")
int xdp_redirect_map_native(struct xdp_md *ctx)
{
	return forward(&forward_map_native);
}

SEC("xdp/devmap")
int xdp_devmap_prog(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	__u32 key = ctx->egress_ifindex;
	__be64 *mac = bpf_map_lookup_elem(&mac_map, &key);

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	if (mac)
		__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
