// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Forwards by the host's routing table; what it does not handle goes to the stack.
#include "parsing.h"

#define AF_INET 2
#define AF_INET6 10
#define IPV6_FLOWINFO_MASK bpf_htonl(0x0fffffff)

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} xdp_tx_ports SEC(".maps");

/* RFC 1624 for a decrement of the high byte of a word. */
static __always_inline void decrease_ttl(struct iphdr *ip)
{
	__u32 check = ip->check + bpf_htons(0x0100);

	ip->check = check + (check >= 0xffff);
	ip->ttl--;
}

static __always_inline int forward(struct xdp_md *ctx, __u32 flags)
{
	struct bpf_fib_lookup fib = {};
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	struct ipv6hdr *ip6 = 0;
	struct iphdr *ip = 0;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	c.at = eth + 1;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		ip = parse_ipv4(&c);
		if (!ip)
			return XDP_DROP;
		if (ip->ttl <= 1)
			return XDP_PASS;
		fib.family = AF_INET;
		fib.tos = ip->tos;
		fib.l4_protocol = ip->protocol;
		fib.tot_len = bpf_ntohs(ip->tot_len);
		fib.ipv4_src = ip->saddr;
		fib.ipv4_dst = ip->daddr;
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		ip6 = parse_ipv6(&c);
		if (!ip6)
			return XDP_DROP;
		if (ip6->hop_limit <= 1)
			return XDP_PASS;
		fib.family = AF_INET6;
		fib.flowinfo = *(__be32 *)ip6 & IPV6_FLOWINFO_MASK;
		fib.l4_protocol = ip6->nexthdr;
		fib.tot_len = bpf_ntohs(ip6->payload_len);
		__builtin_memcpy(fib.ipv6_src, &ip6->saddr, sizeof(fib.ipv6_src));
		__builtin_memcpy(fib.ipv6_dst, &ip6->daddr, sizeof(fib.ipv6_dst));
	} else {
		return XDP_PASS;
	}
	fib.ifindex = ctx->ingress_ifindex;
	if (bpf_fib_lookup(ctx, &fib, sizeof(fib), flags) != BPF_FIB_LKUP_RET_SUCCESS)
		return XDP_PASS;
	/* Only ports of the map take part; the rest is the stack's. */
	if (!bpf_map_lookup_elem(&xdp_tx_ports, &fib.ifindex))
		return XDP_PASS;
	if (ip)
		decrease_ttl(ip);
	else if (ip6)
		ip6->hop_limit--;
	__builtin_memcpy(eth->h_dest, fib.dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, fib.smac, ETH_ALEN);
	return bpf_redirect_map(&xdp_tx_ports, fib.ifindex, 0);
}

SEC("xdp")
int xdp_fwd_prog(struct xdp_md *ctx)
{
	return forward(ctx, 0);
}

SEC("xdp")
int xdp_fwd_direct_prog(struct xdp_md *ctx)
{
	return forward(ctx, BPF_FIB_LOOKUP_DIRECT);
}

char _license[] SEC("license") = "Dual MIT/GPL";
