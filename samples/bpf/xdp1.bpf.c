// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Counts packets by IP protocol: xdp1 drops them all, xdp2 sends UDP back with swapped addresses.
// Both look at a copy of the first 60 bytes; a shorter frame is dropped uncounted.
#include "parsing.h"

#define COPIED_BYTES 60

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, long);
} rxcnt SEC(".maps");

static __always_inline __u32 protocol_of(struct cursor *c)
{
	struct ethhdr *eth;
	__be16 type = parse_ethernet(c, &eth);

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);
		return ip ? ip->protocol : 0;
	}
	if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);
		return ip ? ip->nexthdr : 0;
	}
	return 0;
}

static __always_inline int count(struct xdp_md *ctx, __u32 *protocol)
{
	__u8 copy[COPIED_BYTES];
	struct cursor c = { copy, copy + COPIED_BYTES };
	long *counter;

	if (bpf_xdp_load_bytes(ctx, 0, copy, sizeof(copy)))
		return -1;
	*protocol = protocol_of(&c);
	counter = bpf_map_lookup_elem(&rxcnt, protocol);
	if (counter)
		*counter += 1;
	return 0;
}

SEC("xdp.frags")
int xdp1(struct xdp_md *ctx)
{
	__u32 protocol;

	count(ctx, &protocol);
	return XDP_DROP;
}

SEC("xdp.frags")
int xdp2(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u32 protocol;

	if (count(ctx, &protocol) || protocol != IPPROTO_UDP)
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	swap_macs(eth);
	return XDP_TX;
}

char _license[] SEC("license") = "Dual MIT/GPL";
