// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Per-flow bypass as Suricata's: known flows are counted and dropped, the rest goes on.
#include "parsing.h"

#define MAX_FLOWS 32768

struct flow4_key {
	__u32 src;
	__u32 dst;
	__u16 sport;
	__u16 dport;
	__u16 vlan0;
	__u16 vlan1;
	__u8 is_tcp;
	__u8 pad[3];
};

struct flow6_key {
	__u32 src[4];
	__u32 dst[4];
	__u16 sport;
	__u16 dport;
	__u16 vlan0;
	__u16 vlan1;
	__u8 is_tcp;
	__u8 pad[3];
};

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_FLOWS);
	__type(key, struct flow4_key);
	__type(value, struct counters);
} flow_table_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_FLOWS);
	__type(key, struct flow6_key);
	__type(value, struct counters);
} flow_table_v6 SEC(".maps");

/* Both ports in one load; 0 when the header is cut short or the protocol has none. */
static __always_inline __u32 ports_of(struct cursor *c, __u8 protocol)
{
	__u32 *ports = c->at;

	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	return (void *)(ports + 1) > c->end ? 0 : *ports;
}

static __always_inline int bypass(struct counters *flow, struct xdp_md *ctx)
{
	if (!flow)
		return XDP_PASS;
	flow->packets++;
	flow->bytes += ctx->data_end - ctx->data;
	return XDP_DROP;
}

static __always_inline int filter_ipv4(struct xdp_md *ctx, struct cursor *c, __u16 vlan0, __u16 vlan1)
{
	struct iphdr *ip = parse_ipv4(c);
	struct flow4_key key = {};
	__u32 ports;

	if (!ip || ip->ihl < 5)
		return XDP_PASS;
	c->at += (ip->ihl - 5) * 4;
	ports = ports_of(c, ip->protocol);
	key.src = ip->saddr;
	key.dst = ip->daddr;
	key.sport = ports;
	key.dport = ports >> 16;
	key.vlan0 = vlan0;
	key.vlan1 = vlan1;
	key.is_tcp = ip->protocol == IPPROTO_TCP;
	return bypass(bpf_map_lookup_elem(&flow_table_v4, &key), ctx);
}

static __always_inline int filter_ipv6(struct xdp_md *ctx, struct cursor *c, __u16 vlan0, __u16 vlan1)
{
	struct ipv6hdr *ip = parse_ipv6(c);
	struct flow6_key key = {};
	__u32 ports;

	if (!ip)
		return XDP_PASS;
	ports = ports_of(c, ip->nexthdr);
	__builtin_memcpy(key.src, &ip->saddr, sizeof(key.src));
	__builtin_memcpy(key.dst, &ip->daddr, sizeof(key.dst));
	key.sport = ports;
	key.dport = ports >> 16;
	key.vlan0 = vlan0;
	key.vlan1 = vlan1;
	key.is_tcp = ip->nexthdr == IPPROTO_TCP;
	return bypass(bpf_map_lookup_elem(&flow_table_v6, &key), ctx);
}

SEC("xdp")
int xdp_flow_filter(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	__u16 vlan[2] = {};
	__be16 type;

	if ((void *)(eth + 1) > c.end)
		return XDP_PASS;
	type = eth->h_proto;
	c.at = eth + 1;
#pragma unroll
	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		struct vlan_tag *tag = c.at;

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > c.end)
			return XDP_PASS;
		vlan[i] = bpf_ntohs(tag->tci) & 0xfff;
		type = tag->type;
		c.at = tag + 1;
	}
	if (type == bpf_htons(ETH_P_IP))
		return filter_ipv4(ctx, &c, vlan[0], vlan[1]);
	if (type == bpf_htons(ETH_P_IPV6))
		return filter_ipv6(ctx, &c, vlan[0], vlan[1]);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
