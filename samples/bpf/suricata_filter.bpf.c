// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Bypasses flows as Suricata's xdp_filter: the packets of flows in the tables are counted and dropped, or
// sent to the peer of an inline pair; the others are spread over CPUs.
#define MAX_CPUS 64
#include "cpu_spread.h"
#include "flow_hash.h"

#include <stdbool.h>

#define MAX_FLOWS 32768

/* One direction of a flow. Ports as in the packet, source first; VLANs in host order. */
struct flow4_key {
	__u32 src;
	__u32 dst;
	__u16 ports[2];
	__u8 is_tcp : 1;
	__u16 vlan0 : 15;
	__u16 vlan1;
};

struct flow6_key {
	__u32 src[4];
	__u32 dst[4];
	__u16 ports[2];
	__u8 is_tcp : 1;
	__u16 vlan0 : 15;
	__u16 vlan1;
};

struct counters {
	__u64 packets;
	__u64 bytes;
};

/* Set before the load: 1 when flows of the same addresses on two VLANs are two flows. */
const volatile bool vlan_tracking = true;

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

/* The other port of an inline pair, and whether there is one. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} tx_peer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} tx_peer_int SEC(".maps");

struct tags {
	__u16 vlan[MAX_VLAN_TAGS];
};

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

/* TCP's and UDP's begin with the same two ports; a packet that is cut short has none. */
static __always_inline bool copy_ports(struct cursor *c, __u8 protocol, __u16 *ports)
{
	int size = protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : sizeof(struct udphdr);
	__u16 *header = c->at;

	if ((void *)header + size > c->end)
		return false;
	ports[0] = header[0];
	ports[1] = header[1];
	return true;
}

static __always_inline int bypass(struct xdp_md *ctx, struct counters *flow)
{
	int key = 0, *peer = bpf_map_lookup_elem(&tx_peer_int, &key);

	flow->packets++;
	flow->bytes += ctx->data_end - ctx->data;
	return peer && *peer ? bpf_redirect_map(&tx_peer, 0, XDP_DROP) : XDP_DROP;
}

static __always_inline int filter_ipv4(struct xdp_md *ctx, struct cursor *c, struct tags *tags)
{
	struct iphdr *ip = parse_ipv4(c);
	struct flow4_key key = {};

	if (!ip || ip->ihl < 5)
		return XDP_PASS;
	if (has_ports(ip->protocol)) {
		struct counters *flow;

		c->at = (void *)ip + ip->ihl * 4;
		if (!copy_ports(c, ip->protocol, key.ports))
			return XDP_PASS;
		key.src = ip->saddr;
		key.dst = ip->daddr;
		key.is_tcp = ip->protocol == IPPROTO_TCP;
		key.vlan0 = tags->vlan[0];
		key.vlan1 = tags->vlan[1];
		flow = bpf_map_lookup_elem(&flow_table_v4, &key);
		if (flow)
			return bypass(ctx, flow);
	}
	return to_cpu(hash_word(ip->saddr + ip->daddr, FLOW_HASH_INITVAL + ip->protocol));
}

static __always_inline int filter_ipv6(struct xdp_md *ctx, struct cursor *c, struct tags *tags)
{
	struct ipv6hdr *ip = parse_ipv6(c);
	struct flow6_key key = {};

	if (!ip)
		return XDP_PASS;
	if (has_ports(ip->nexthdr)) {
		struct counters *flow;

		if (!copy_ports(c, ip->nexthdr, key.ports))
			return XDP_PASS;
		__builtin_memcpy(key.src, &ip->saddr, sizeof(key.src));
		__builtin_memcpy(key.dst, &ip->daddr, sizeof(key.dst));
		key.is_tcp = ip->nexthdr == IPPROTO_TCP;
		key.vlan0 = tags->vlan[0];
		key.vlan1 = tags->vlan[1];
		flow = bpf_map_lookup_elem(&flow_table_v6, &key);
		if (flow)
			return bypass(ctx, flow);
	}
	return to_cpu(hash_word(sum_of_addresses(ip), FLOW_HASH_INITVAL));
}

/* The ethertype behind the tags, 0 when they are cut short. */
static __always_inline __be16 parse_tags(struct cursor *c, __be16 type, struct tags *tags)
{
#pragma unroll
	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		struct vlan_tag *tag = c->at;

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > c->end)
			return 0;
		if (vlan_tracking)
			tags->vlan[i] = bpf_ntohs(tag->tci) & 0xfff;
		type = tag->type;
		c->at = tag + 1;
	}
	return type;
}

SEC("xdp")
int xdp_hashfilter(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	struct tags tags = {};
	__be16 type;

	if ((void *)(eth + 1) > c.end)
		return XDP_PASS;
	c.at = eth + 1;
	type = parse_tags(&c, eth->h_proto, &tags);
	if (type == bpf_htons(ETH_P_IP))
		return filter_ipv4(ctx, &c, &tags);
	if (type == bpf_htons(ETH_P_IPV6))
		return filter_ipv6(ctx, &c, &tags);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
