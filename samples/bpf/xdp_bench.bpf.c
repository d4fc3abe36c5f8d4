// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What xdp-bench drop, pass and tx do with a packet before its verdict: nothing, read it, parse it, swap
// its addresses; through packet pointers or through the load and store helpers.
#include "counting.h"
#include "parsing.h"

#include <stdbool.h>

#define MAX_RXQS 64

/* Set before the load. */
const volatile int action = XDP_DROP;
const volatile bool rxq_stats = false;

/* By receive queue; the last slot takes queues beyond. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_RXQS + 1);
	__type(key, __u32);
	__type(value, struct datarec);
} rxq_cnt SEC(".maps");

static __always_inline int counted(struct xdp_md *ctx)
{
	struct datarec *rec = received();

	if (!rec)
		return XDP_ABORTED;
	if (action == XDP_DROP)
		rec->dropped++;
	if (rxq_stats) {
		__u32 key = ctx->rx_queue_index < MAX_RXQS ? ctx->rx_queue_index : MAX_RXQS;

		rec = bpf_map_lookup_elem(&rxq_cnt, &key);
		if (!rec)
			return XDP_ABORTED;
		rec->processed++;
		if (action == XDP_DROP)
			rec->dropped++;
	}
	return action;
}

static __always_inline bool is_ethernet(__be16 type)
{
	return bpf_ntohs(type) >= ETH_P_802_3_MIN;
}

/* Makes the compiler believe that somebody needs the value. */
static __always_inline void use(int value)
{
	asm volatile("" : : "r"(value));
}

SEC("xdp.frags")
int xdp_no_touch(struct xdp_md *ctx)
{
	return counted(ctx);
}

SEC("xdp.frags")
int xdp_read_data(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if ((void *)(eth + 1) > c.end || !is_ethernet(eth->h_proto))
		return XDP_ABORTED;
	return counted(ctx);
}

SEC("xdp.frags")
int xdp_read_data_load_bytes(struct xdp_md *ctx)
{
	struct ethhdr eth;

	if (bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)) || !is_ethernet(eth.h_proto))
		return XDP_ABORTED;
	return counted(ctx);
}

SEC("xdp.frags")
int xdp_parse_ip(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth;
	__be16 type = parse_ethernet(&c, &eth);

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(&c);

		if (!ip)
			return XDP_ABORTED;
		use(ip->protocol);
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(&c);

		if (!ip)
			return XDP_ABORTED;
		use(ip->nexthdr);
	}
	return counted(ctx);
}

SEC("xdp.frags")
int xdp_parse_ip_load_bytes(struct xdp_md *ctx)
{
	struct ethhdr eth;

	if (bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_ABORTED;
	if (eth.h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;

		if (bpf_xdp_load_bytes(ctx, sizeof(eth), &ip, sizeof(ip)))
			return XDP_ABORTED;
		use(ip.protocol);
	} else if (eth.h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr ip;

		if (bpf_xdp_load_bytes(ctx, sizeof(eth), &ip, sizeof(ip)))
			return XDP_ABORTED;
		use(ip.nexthdr);
	}
	return counted(ctx);
}

SEC("xdp.frags")
int xdp_swap_macs(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if ((void *)(eth + 1) > c.end)
		return XDP_ABORTED;
	swap_macs(eth);
	return counted(ctx);
}

SEC("xdp.frags")
int xdp_swap_macs_load_bytes(struct xdp_md *ctx)
{
	struct ethhdr eth;

	if (bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_ABORTED;
	swap_macs(&eth);
	if (bpf_xdp_store_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_ABORTED;
	return counted(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";
