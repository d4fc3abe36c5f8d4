// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Spreads packets over CPUs: the program variants of xdp_redirect_cpu and its second-stage programs.
#include "counting.h"
#include "flow_hash.h"

#include <stdbool.h>

#define MAX_CPUS 64
#define DISCARD_PORT 9

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, MAX_CPUS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_cpumap_val));
} cpu_map SEC(".maps");

/* CPUs in use: the first cpus_count entries. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS);
	__type(key, __u32);
	__type(value, __u32);
} cpus_available SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cpus_count SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cpus_iterator SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_devmap_val));
} tx_port SEC(".maps");

/* Address of the device behind tx_port. */
__u8 tx_mac_addr[ETH_ALEN];

/* Redirects to the CPU in that place of the list of CPUs. */
static __always_inline int to_place(struct datarec *rec, __u32 place)
{
	__u32 *cpu = bpf_map_lookup_elem(&cpus_available, &place);

	if (!cpu)
		return XDP_ABORTED;
	if (*cpu >= MAX_CPUS) {
		rec->issue++;
		return XDP_ABORTED;
	}
	return bpf_redirect_map(&cpu_map, *cpu, 0);
}

SEC("xdp")
int cpumap_no_touch(struct xdp_md *ctx)
{
	struct datarec *rec = received();

	return rec ? to_place(rec, 0) : XDP_PASS;
}

SEC("xdp")
int cpumap_touch_data(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if (!rec)
		return XDP_PASS;
	if ((void *)(eth + 1) > c.end)
		return XDP_ABORTED;
	if (bpf_ntohs(eth->h_proto) < ETH_P_802_3_MIN) {
		rec->dropped++;
		return XDP_DROP;
	}
	return to_place(rec, 0);
}

SEC("xdp")
int cpumap_round_robin(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	__u32 key = 0, place;
	__u32 *count = bpf_map_lookup_elem(&cpus_count, &key);
	__u32 *next = bpf_map_lookup_elem(&cpus_iterator, &key);

	if (!rec)
		return XDP_PASS;
	if (!count || !next)
		return XDP_ABORTED;
	place = *next;
	*next = place + 1 >= *count ? 0 : place + 1;
	return to_place(rec, place);
}

/* The protocol as the 2018 sample sees it: what is neither IPv4 nor IPv6 counts as UDP. */
static __always_inline __u8 protocol_of(struct cursor *c)
{
	struct ethhdr *eth;
	__be16 type = parse_ethernet(c, &eth);
	__u8 protocol = IPPROTO_UDP;

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);
		protocol = ip ? ip->protocol : 0;
		if (ip && ip->ihl > 5)
			c->at += (ip->ihl - 5) * 4;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);
		protocol = ip ? ip->nexthdr : 0;
	}
	return protocol;
}

static __always_inline __u32 place_of(__u8 protocol)
{
	switch (protocol) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	case IPPROTO_UDP:
		return 1;
	default:
		return 0;
	}
}

SEC("xdp")
int cpumap_l4_proto(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);

	return rec ? to_place(rec, place_of(protocol_of(&c))) : XDP_PASS;
}

SEC("xdp")
int cpumap_l4_filter(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);
	__u8 protocol;

	if (!rec)
		return XDP_PASS;
	protocol = protocol_of(&c);
	if (protocol == IPPROTO_UDP) {
		struct udphdr *udp = c.at;

		if ((void *)(udp + 1) <= c.end && udp->dest == bpf_htons(DISCARD_PORT)) {
			rec->dropped++;
			return XDP_DROP;
		}
	}
	return to_place(rec, place_of(protocol));
}

/* The same for both directions: addresses are added. Ports do not count. */
static __always_inline __u32 hash_of(struct cursor *c)
{
	struct ethhdr *eth;
	__be16 type = parse_ethernet(c, &eth);

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);
		return ip ? hash_word(ip->saddr + ip->daddr, FLOW_HASH_INITVAL + ip->protocol) : 0;
	}
	if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);
		return ip ? hash_word(sum_of_addresses(ip), FLOW_HASH_INITVAL + ip->nexthdr) : 0;
	}
	return 0;
}

SEC("xdp")
int cpumap_l4_hash(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	__u32 key = 0;
	__u32 *count = bpf_map_lookup_elem(&cpus_count, &key);

	if (!rec)
		return XDP_PASS;
	if (!count || !*count)
		return XDP_ABORTED;
	if ((void *)(eth + 1) > c.end || bpf_ntohs(eth->h_proto) < ETH_P_802_3_MIN)
		return XDP_PASS;
	return to_place(rec, hash_of(&c) % *count);
}

/* Behind the IP header; 0 for what has no ports. */
static __always_inline __u16 port_of(struct cursor *c, bool source)
{
	__u8 protocol = 0;
	struct ethhdr *eth;
	__be16 type = parse_ethernet(c, &eth), *ports;

	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);

		if (!ip || ip->ihl < 5)
			return 0;
		protocol = ip->protocol;
		c->at = (void *)ip + ip->ihl * 4;
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);

		protocol = ip ? ip->nexthdr : 0;
	}
	ports = c->at;
	if ((protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) || (void *)(ports + 2) > c->end)
		return 0;
	return bpf_ntohs(source ? ports[0] : ports[1]);
}

static __always_inline int by_port(struct xdp_md *ctx, bool source)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);
	__u32 key = 0;
	__u32 *count = bpf_map_lookup_elem(&cpus_count, &key);

	if (!rec)
		return XDP_PASS;
	if (!count || !*count)
		return XDP_ABORTED;
	return to_place(rec, port_of(&c, source) % *count);
}

SEC("xdp")
int cpumap_l4_sport(struct xdp_md *ctx)
{
	return by_port(ctx, true);
}

SEC("xdp")
int cpumap_l4_dport(struct xdp_md *ctx)
{
	return by_port(ctx, false);
}

SEC("xdp/cpumap")
int cpumap_redirect(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	swap_macs(eth);
	return bpf_redirect_map(&tx_port, 0, 0);
}

SEC("xdp/cpumap")
int cpumap_pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp/cpumap")
int cpumap_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp/devmap")
int redirect_egress_prog(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	__builtin_memcpy(eth->h_source, tx_mac_addr, ETH_ALEN);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
