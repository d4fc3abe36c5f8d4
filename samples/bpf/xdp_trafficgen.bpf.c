// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What xdp-trafficgen runs on each packet that its source makes: out of the port as it is, or with the next
// destination port of a range, so that one template becomes many flows.
#include "parsing.h"

/* Set before the load. */
const volatile int ifindex_out = 0;
const volatile __u16 port_start = 1;
const volatile __u16 port_range = 1;

/* The port that is next, by CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next_port SEC(".maps");

static __always_inline struct udphdr *udp_of(struct cursor *c)
{
	struct ethhdr *eth;
	__be16 type = parse_ethernet(c, &eth);
	struct udphdr *udp;

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);

		if (!ip || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
			return 0;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);

		if (!ip || ip->nexthdr != IPPROTO_UDP)
			return 0;
	} else {
		return 0;
	}
	udp = c->at;
	return (void *)(udp + 1) > c->end ? 0 : udp;
}

/* RFC 1624, equation 3; a checksum of 0 says that there is none. */
static __always_inline void update_checksum(struct udphdr *udp, __be16 old, __be16 new)
{
	__u16 check;

	if (!udp->check)
		return;
	check = fold_checksum((__u16)~udp->check + (__u16)~old + new);
	udp->check = check ? check : 0xffff;
}

SEC("xdp")
int xdp_redirect_notouch(struct xdp_md *ctx)
{
	return bpf_redirect(ifindex_out, 0);
}

SEC("xdp")
int xdp_redirect_update_port(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct udphdr *udp = udp_of(&c);
	__u32 key = 0, *next = bpf_map_lookup_elem(&next_port, &key);
	__be16 port;

	if (!udp || !next)
		return XDP_ABORTED;
	port = bpf_htons(port_start + *next);
	*next = *next + 1 < port_range ? *next + 1 : 0;
	update_checksum(udp, udp->dest, port);
	udp->dest = port;
	return bpf_redirect(ifindex_out, 0);
}

char _license[] SEC("license") = "Dual MIT/GPL";
