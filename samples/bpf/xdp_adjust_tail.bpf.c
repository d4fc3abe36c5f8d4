// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Answers IPv4 packets above a limit with ICMP "fragmentation needed".
#include "parsing.h"

#define DEFAULT_LIMIT 600
#define SHORTEST_CUT 98
#define ICMP_TTL 64
#define ICMP_DEST_UNREACH 3
#define ICMP_FRAG_NEEDED 4

/* linux/icmp.h drags in the C library. */
struct icmphdr {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be16 unused;
	__be16 mtu;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} icmpcnt SEC(".maps");

/* Longest frame that passes; set before the load. */
volatile const __u32 max_pcktsz = DEFAULT_LIMIT;

static __always_inline void count_icmp(void)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&icmpcnt, &key);

	if (count)
		*count += 1;
}

static __always_inline __u16 checksum_of(void *at, int bytes)
{
	return fold_checksum(bpf_csum_diff(0, 0, at, bytes, 0));
}

static __always_inline int send_icmp(struct xdp_md *ctx)
{
	const int room = sizeof(struct iphdr) + sizeof(struct icmphdr);
	struct ethhdr *eth, *old;
	struct iphdr *ip, *inner;
	struct icmphdr *icmp;
	void *end;

	if (bpf_xdp_adjust_head(ctx, -room))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if ((void *)eth + SHORTEST_CUT + room > end)
		return XDP_DROP;
	old = (void *)eth + room;
	__builtin_memcpy(eth->h_source, old->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, old->h_source, ETH_ALEN);
	eth->h_proto = old->h_proto;
	ip = (void *)(eth + 1);
	icmp = (void *)(ip + 1);
	inner = (void *)(icmp + 1);
	__builtin_memset(icmp, 0, sizeof(*icmp));
	icmp->type = ICMP_DEST_UNREACH;
	icmp->code = ICMP_FRAG_NEEDED;
	icmp->mtu = bpf_htons(max_pcktsz - sizeof(struct ethhdr));
	icmp->checksum = checksum_of(icmp, SHORTEST_CUT - sizeof(struct ethhdr) + sizeof(*icmp));
	ip->version = 4;
	ip->ihl = sizeof(*ip) >> 2;
	ip->tos = 0;
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = ICMP_TTL;
	ip->protocol = IPPROTO_ICMP;
	ip->tot_len = bpf_htons(SHORTEST_CUT - sizeof(struct ethhdr) + room);
	ip->daddr = inner->saddr;
	ip->saddr = inner->daddr;
	ip->check = 0;
	ip->check = checksum_of(ip, sizeof(*ip));
	count_icmp();
	return XDP_TX;
}

SEC("xdp")
int xdp_icmp(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	int length = c.end - c.at;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	c.at = eth + 1;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || !parse_ipv4(&c))
		return XDP_PASS;
	if (length <= (int)(max_pcktsz > SHORTEST_CUT ? max_pcktsz : SHORTEST_CUT))
		return XDP_PASS;
	if (bpf_xdp_adjust_tail(ctx, SHORTEST_CUT - length))
		return XDP_PASS;
	return send_icmp(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";
