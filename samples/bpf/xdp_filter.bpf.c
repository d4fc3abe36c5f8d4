// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// xdp-filter: allows or denies by MAC address, IP address and port, and counts what matched. A program for
// each policy and set of features, so that a narrow filter does not parse what it does not need.
#include "parsing.h"

#include <stdbool.h>

#define MAX_ADDRESSES 10000

/* What an entry matches, in the low bits of its value; the count of hits stands above them. */
#define MATCH_SRC (1 << 0)
#define MATCH_DST (1 << 1)
#define MATCH_TCP (1 << 2)
#define MATCH_UDP (1 << 3)
#define HITS_SHIFT 6

#define FEATURE_TCP (1 << 0)
#define FEATURE_UDP (1 << 1)
#define FEATURE_IPV6 (1 << 2)
#define FEATURE_IPV4 (1 << 3)
#define FEATURE_ETHERNET (1 << 4)
#define FEATURE_ALL 31

/* The number of verdicts. */
#define ACTIONS 5

struct counters {
	__u64 packets;
	__u64 bytes;
};

struct mac_address {
	__u8 bytes[ETH_ALEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ACTIONS);
	__type(key, __u32);
	__type(value, struct counters);
} xdp_stats_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u64);
} filter_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, __u32);
	__type(value, __u64);
} filter_ipv4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, struct in6_addr);
	__type(value, __u64);
} filter_ipv6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, struct mac_address);
	__type(value, __u64);
} filter_ethernet SEC(".maps");

/* Whether an entry matches all of that; counts the hit. */
static __always_inline bool hit(__u64 *entry, __u64 wanted)
{
	if (!entry || (*entry & wanted) != wanted)
		return false;
	*entry += 1 << HITS_SHIFT;
	return true;
}

static __always_inline bool hit_ethernet(struct ethhdr *eth)
{
	struct mac_address address;

	__builtin_memcpy(&address, eth->h_dest, sizeof(address));
	if (hit(bpf_map_lookup_elem(&filter_ethernet, &address), MATCH_DST))
		return true;
	__builtin_memcpy(&address, eth->h_source, sizeof(address));
	return hit(bpf_map_lookup_elem(&filter_ethernet, &address), MATCH_SRC);
}

static __always_inline bool hit_ipv4(struct iphdr *ip)
{
	__u32 address = ip->daddr;

	if (hit(bpf_map_lookup_elem(&filter_ipv4, &address), MATCH_DST))
		return true;
	address = ip->saddr;
	return hit(bpf_map_lookup_elem(&filter_ipv4, &address), MATCH_SRC);
}

static __always_inline bool hit_ipv6(struct ipv6hdr *ip)
{
	struct in6_addr address = ip->daddr;

	if (hit(bpf_map_lookup_elem(&filter_ipv6, &address), MATCH_DST))
		return true;
	address = ip->saddr;
	return hit(bpf_map_lookup_elem(&filter_ipv6, &address), MATCH_SRC);
}

/* Ports are looked up as they stand in the packet. */
static __always_inline bool hit_ports(__be16 source, __be16 destination, __u64 protocol)
{
	__u32 port = destination;

	if (hit(bpf_map_lookup_elem(&filter_ports, &port), MATCH_DST | protocol))
		return true;
	port = source;
	return hit(bpf_map_lookup_elem(&filter_ports, &port), MATCH_SRC | protocol);
}

/* What the filter finds: an entry, none, or a packet whose headers are cut short. */
enum finding {
	MISS,
	HIT,
	MALFORMED,
};

static __always_inline enum finding hit_transport(struct cursor *c, __u8 protocol, int features)
{
	if ((features & FEATURE_UDP) && protocol == IPPROTO_UDP) {
		struct udphdr *udp = c->at;

		if ((void *)(udp + 1) > c->end || bpf_ntohs(udp->len) < sizeof(*udp))
			return MALFORMED;
		return hit_ports(udp->source, udp->dest, MATCH_UDP) ? HIT : MISS;
	}
	if ((features & FEATURE_TCP) && protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = c->at;

		if ((void *)(tcp + 1) > c->end || tcp->doff * 4 < sizeof(*tcp) ||
		    c->at + tcp->doff * 4 > c->end)
			return MALFORMED;
		return hit_ports(tcp->source, tcp->dest, MATCH_TCP) ? HIT : MISS;
	}
	return MISS;
}

static __always_inline enum finding find_ipv4(struct cursor *c, int features)
{
	struct iphdr *ip = parse_ipv4(c);

	if (!ip || ip->ihl < 5 || (void *)ip + ip->ihl * 4 > c->end)
		return MALFORMED;
	if ((features & FEATURE_IPV4) && hit_ipv4(ip))
		return HIT;
	c->at = (void *)ip + ip->ihl * 4;
	return hit_transport(c, ip->protocol, features);
}

static __always_inline enum finding find_ipv6(struct cursor *c, int features)
{
	struct ipv6hdr *ip = parse_ipv6(c);

	if (!ip)
		return MALFORMED;
	if ((features & FEATURE_IPV6) && hit_ipv6(ip))
		return HIT;
	return hit_transport(c, ip->nexthdr, features);
}

static __always_inline enum finding find(struct xdp_md *ctx, int features)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	__be16 type;

	if ((void *)(eth + 1) > c.end)
		return MALFORMED;
	type = parse_ethernet(&c, &eth);
	if ((features & FEATURE_ETHERNET) && hit_ethernet(eth))
		return HIT;
	if (features == FEATURE_ETHERNET)
		return MISS;
	if (type == bpf_htons(ETH_P_IP))
		return find_ipv4(&c, features);
	if (type == bpf_htons(ETH_P_IPV6))
		return find_ipv6(&c, features);
	return MISS;
}

static __always_inline int filter(struct xdp_md *ctx, int features, int on_hit, int on_miss)
{
	enum finding found = find(ctx, features);
	__u32 verdict = found == HIT ? on_hit : found == MISS ? on_miss : XDP_ABORTED;
	struct counters *counters = bpf_map_lookup_elem(&xdp_stats_map, &verdict);

	if (!counters)
		return XDP_ABORTED;
	counters->packets++;
	counters->bytes += ctx->data_end - ctx->data;
	return verdict;
}

#define FILTER(features_name, features)                       \
	SEC("xdp")                                            \
	int xdpfilt_alw_##features_name(struct xdp_md *ctx)   \
	{                                                     \
		return filter(ctx, features, XDP_DROP, XDP_PASS); \
	}                                                     \
	SEC("xdp")                                            \
	int xdpfilt_dny_##features_name(struct xdp_md *ctx)   \
	{                                                     \
		return filter(ctx, features, XDP_PASS, XDP_DROP); \
	}

FILTER(all, FEATURE_ALL)
FILTER(eth, FEATURE_ETHERNET)
FILTER(ip, FEATURE_IPV4 | FEATURE_IPV6)
FILTER(tcp, FEATURE_TCP)
FILTER(udp, FEATURE_UDP)

char _license[] SEC("license") = "Dual MIT/GPL";
