// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Spreads flows over CPUs as Suricata's xdp_lb: both directions of an address pair on one CPU, the frame
// out of a GRE or ERSPAN tunnel in place of the tunnel's.
#define MAX_CPUS 128
#include "cpu_spread.h"
#include "flow_hash.h"

#define ETH_P_ERSPAN_II 0x88BE
#define ERSPAN_BYTES 8

#define GRE_HAS_CSUM bpf_htons(0x8000)
#define GRE_HAS_ROUTING bpf_htons(0x4000)
#define GRE_HAS_KEY bpf_htons(0x2000)
#define GRE_HAS_SEQ bpf_htons(0x1000)
#define GRE_VERSION_BITS bpf_htons(0x0007)

/* Who gets a CPU's flows, for to_consumer. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, MAX_CPUS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} consumers SEC(".maps");

struct gre {
	__be16 flags;
	__be16 type;
};

/* The protocol is no part of the hash. */
static __always_inline int spread(struct cursor *c, __be16 type)
{
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(c);

		return ip ? to_cpu(hash_word(ip->saddr + ip->daddr, FLOW_HASH_INITVAL)) : XDP_PASS;
	}
	if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(c);

		return ip ? to_cpu(hash_word(sum_of_addresses(ip), FLOW_HASH_INITVAL)) : XDP_PASS;
	}
	return XDP_PASS;
}

/* The header's bytes up to the frame within, 0 for a tunnel that is not taken apart. */
static __always_inline int gre_bytes(struct cursor *c)
{
	struct gre *gre = c->at;
	int bytes = sizeof(*gre);

	if ((void *)(gre + 1) > c->end || (gre->flags & (GRE_VERSION_BITS | GRE_HAS_ROUTING)))
		return 0;
	if (gre->flags & GRE_HAS_CSUM)
		bytes += 4;
	if (gre->flags & GRE_HAS_KEY)
		bytes += 4;
	if (gre->flags & GRE_HAS_SEQ)
		bytes += 4;
	if (gre->type == bpf_htons(ETH_P_ERSPAN_II))
		bytes += ERSPAN_BYTES;
	return bytes;
}

/* Takes the tunnel's headers away; the frame within has an Ethernet header of its own. */
static __always_inline int decapsulate(struct xdp_md *ctx, struct cursor *c, struct iphdr *tunnel)
{
	struct ethhdr *eth;
	__be16 type;
	int bytes;

	if (tunnel->ihl < 5)
		return XDP_PASS;
	c->at = (void *)tunnel + tunnel->ihl * 4;
	bytes = gre_bytes(c);
	if (!bytes || bpf_xdp_adjust_head(ctx, c->at + bytes - (void *)(long)ctx->data))
		return XDP_PASS;
	*c = cursor_of(ctx);
	type = parse_ethernet(c, &eth);
	return spread(c, type);
}

SEC("xdp")
int xdp_loadfilter(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth;
	__be16 type = parse_ethernet(&c, &eth);
	struct iphdr *ip = c.at;

	if (type == bpf_htons(ETH_P_IP) && (void *)(ip + 1) <= c.end && ip->protocol == IPPROTO_GRE)
		return decapsulate(ctx, &c, ip);
	return spread(&c, type);
}

/* For entries of cpu_map: out of the consumer's device; the stack's when there is none. */
SEC("xdp/cpumap")
int to_consumer(struct xdp_md *ctx)
{
	return bpf_redirect_map(&consumers, bpf_get_smp_processor_id(), XDP_PASS);
}

char _license[] SEC("license") = "Dual MIT/GPL";
