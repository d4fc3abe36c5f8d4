// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Routes IPv4 by maps that the user side keeps like the host's routes and neighbours. ARP and what waits
// for a gateway's address go to the stack; what has no route is dropped.
#include "parsing.h"

#define MAX_ROUTES 50
#define MAX_PORTS 100

struct lpm_key {
	__u32 prefixlen;
	__u8 address[4];
};

/* A route: the MAC to send from, the port, and the gateway, 0 when the destination is on the link. */
struct route {
	__u8 prefix[4];
	__be64 source_mac;
	int ifindex;
	int metric;
	__be32 gateway;
};

/* A host on the link, with its route: one look-up in place of two. */
struct host {
	struct {
		__be64 mac;
		__be32 address;
	} neighbour;
	int ifindex;
	__be64 source_mac;
};

struct datarec {
	__u64 processed;
	__u64 dropped;
	__u64 issue;
	__u64 passed;
	__u64 unused;
	__u64 redirected;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, MAX_ROUTES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, struct route);
} lpm_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ROUTES);
	__type(key, __be32);
	__type(value, __be64);
} arp_table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ROUTES);
	__type(key, __be32);
	__type(value, struct host);
} exact_match SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, MAX_PORTS);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} tx_port SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct datarec);
} rx_cnt SEC(".maps");

/* Verdicts of the look-ups that are none of XDP's: go on with the hop. */
#define HOP_FOUND 100

struct hop {
	__be64 *destination;
	__be64 *source;
	int ifindex;
};

static __always_inline int find_hop(__be32 address, struct hop *hop)
{
	struct host *host = bpf_map_lookup_elem(&exact_match, &address);
	struct lpm_key key = { .prefixlen = 32 };
	struct route *route;

	if (host && host->source_mac && host->neighbour.mac) {
		hop->source = &host->source_mac;
		hop->destination = &host->neighbour.mac;
		hop->ifindex = host->ifindex;
		return HOP_FOUND;
	}
	__builtin_memcpy(key.address, &address, sizeof(key.address));
	route = bpf_map_lookup_elem(&lpm_map, &key);
	if (!route)
		return XDP_DROP;
	hop->source = &route->source_mac;
	hop->ifindex = route->ifindex;
	hop->destination = bpf_map_lookup_elem(&arp_table, &address);
	if (hop->destination)
		return HOP_FOUND;
	if (!route->gateway)
		return XDP_DROP;
	hop->destination = bpf_map_lookup_elem(&arp_table, &route->gateway);
	/* The stack asks for the gateway's address when it sees the packet. */
	return hop->destination ? HOP_FOUND : XDP_PASS;
}

static __always_inline int route_ipv4(struct ethhdr *eth, struct cursor *c)
{
	struct iphdr *ip = parse_ipv4(c);
	struct hop hop = {};
	int verdict;

	if (!ip)
		return XDP_DROP;
	verdict = find_hop(ip->daddr, &hop);
	if (verdict != HOP_FOUND || !hop.destination || !hop.source)
		return verdict == XDP_PASS ? XDP_PASS : XDP_DROP;
	__builtin_memcpy(eth->h_dest, hop.destination, ETH_ALEN);
	__builtin_memcpy(eth->h_source, hop.source, ETH_ALEN);
	return bpf_redirect_map(&tx_port, hop.ifindex, XDP_DROP);
}

static __always_inline int verdict_of(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	__be16 type;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	type = eth->h_proto;
	c.at = eth + 1;
	if (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD)) {
		struct vlan_tag *tag = c.at;

		if ((void *)(tag + 1) > c.end)
			return XDP_DROP;
		type = tag->type;
		c.at = tag + 1;
	}
	if (type == bpf_htons(ETH_P_ARP))
		return XDP_PASS;
	return type == bpf_htons(ETH_P_IP) ? route_ipv4(eth, &c) : XDP_DROP;
}

SEC("xdp")
int xdp_router_ipv4_prog(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct datarec *rec = bpf_map_lookup_elem(&rx_cnt, &key);
	int verdict = verdict_of(ctx);

	if (!rec)
		return verdict;
	rec->processed++;
	if (verdict == XDP_PASS)
		rec->passed++;
	else if (verdict == XDP_REDIRECT)
		rec->redirected++;
	else
		rec->dropped++;
	return verdict;
}

char _license[] SEC("license") = "Dual MIT/GPL";
