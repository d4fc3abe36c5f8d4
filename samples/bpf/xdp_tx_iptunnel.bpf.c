// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Encapsulates packets for virtual addresses (IPv4 in IPv4, IPv6 in IPv6) and sends them back out.
#include "parsing.h"

#define MAX_VIPS 256
#define TUNNEL_TTL 8

struct vip {
	union {
		__u32 v6[4];
		__u32 v4;
	} daddr;
	__u16 dport;
	__u16 family;
	__u8 protocol;
};

struct tunnel {
	union {
		__u32 v6[4];
		__u32 v4;
	} saddr;
	union {
		__u32 v6[4];
		__u32 v4;
	} daddr;
	__u16 family;
	__u8 dmac[ETH_ALEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} rxcnt SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_VIPS);
	__type(key, struct vip);
	__type(value, struct tunnel);
} vip2tnl SEC(".maps");

#define AF_INET 2
#define AF_INET6 10

static __always_inline void count(__u32 protocol)
{
	__u64 *packets = bpf_map_lookup_elem(&rxcnt, &protocol);

	if (packets)
		*packets += 1;
}

/* Destination port in network order, -1 when the header is cut short. */
static __always_inline int destination_port(struct cursor *c, __u8 protocol)
{
	if (protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = c->at;
		return (void *)(tcp + 1) > c->end ? -1 : tcp->dest;
	}
	if (protocol == IPPROTO_UDP) {
		struct udphdr *udp = c->at;
		return (void *)(udp + 1) > c->end ? -1 : udp->dest;
	}
	return 0;
}

static __always_inline void set_ethernet(struct ethhdr *to, const struct ethhdr *from,
					 const struct tunnel *tunnel, __be16 type)
{
	__builtin_memcpy(to->h_source, from->h_dest, ETH_ALEN);
	__builtin_memcpy(to->h_dest, tunnel->dmac, ETH_ALEN);
	to->h_proto = type;
}

static __always_inline int handle_ipv4(struct xdp_md *ctx, struct cursor *c)
{
	struct vip vip = {};
	struct tunnel *tunnel;
	struct ethhdr *eth, *old;
	struct iphdr *ip = parse_ipv4(c);
	__u16 payload;
	__u32 sum = 0;
	__u16 *word;
	int dport;

	if (!ip)
		return XDP_DROP;
	dport = destination_port(c, ip->protocol);
	if (dport == -1)
		return XDP_DROP;
	vip.protocol = ip->protocol;
	vip.family = AF_INET;
	vip.daddr.v4 = ip->daddr;
	vip.dport = dport;
	payload = bpf_ntohs(ip->tot_len);
	tunnel = bpf_map_lookup_elem(&vip2tnl, &vip);
	if (!tunnel || tunnel->family != AF_INET)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	ip = (void *)(eth + 1);
	old = (void *)eth + sizeof(struct iphdr);
	if ((void *)(old + 1) > (void *)(long)ctx->data_end ||
	    (void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	set_ethernet(eth, old, tunnel, bpf_htons(ETH_P_IP));
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->frag_off = 0;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->tos = 0;
	ip->tot_len = bpf_htons(payload + sizeof(*ip));
	ip->daddr = tunnel->daddr.v4;
	ip->saddr = tunnel->saddr.v4;
	ip->ttl = TUNNEL_TTL;
	ip->id = 0;
	word = (__u16 *)ip;
#pragma clang loop unroll(full)
	for (int i = 0; i < sizeof(*ip) >> 1; i++)
		sum += *word++;
	ip->check = fold_checksum(sum);
	count(vip.protocol);
	return XDP_TX;
}

static __always_inline int handle_ipv6(struct xdp_md *ctx, struct cursor *c)
{
	struct vip vip = {};
	struct tunnel *tunnel;
	struct ethhdr *eth, *old;
	struct ipv6hdr *ip = parse_ipv6(c);
	__u16 payload;
	int dport;

	if (!ip)
		return XDP_DROP;
	dport = destination_port(c, ip->nexthdr);
	if (dport == -1)
		return XDP_DROP;
	vip.protocol = ip->nexthdr;
	vip.family = AF_INET6;
	__builtin_memcpy(vip.daddr.v6, ip->daddr.s6_addr32, sizeof(vip.daddr));
	vip.dport = dport;
	payload = bpf_ntohs(ip->payload_len);
	tunnel = bpf_map_lookup_elem(&vip2tnl, &vip);
	if (!tunnel || tunnel->family != AF_INET6)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct ipv6hdr)))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	ip = (void *)(eth + 1);
	old = (void *)eth + sizeof(struct ipv6hdr);
	if ((void *)(old + 1) > (void *)(long)ctx->data_end ||
	    (void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	set_ethernet(eth, old, tunnel, bpf_htons(ETH_P_IPV6));
	ip->version = 6;
	ip->priority = 0;
	__builtin_memset(ip->flow_lbl, 0, sizeof(ip->flow_lbl));
	ip->payload_len = bpf_htons(payload + sizeof(*ip));
	ip->nexthdr = IPPROTO_IPV6;
	ip->hop_limit = TUNNEL_TTL;
	__builtin_memcpy(ip->saddr.s6_addr32, tunnel->saddr.v6, sizeof(tunnel->saddr));
	__builtin_memcpy(ip->daddr.s6_addr32, tunnel->daddr.v6, sizeof(tunnel->daddr));
	count(vip.protocol);
	return XDP_TX;
}

SEC("xdp")
int xdp_tx_iptunnel(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	c.at = eth + 1;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return handle_ipv4(ctx, &c);
	if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		return handle_ipv6(ctx, &c);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
