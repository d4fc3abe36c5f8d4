/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Header parsing shared by the samples. Every step checks its bounds against data_end. */
#ifndef XDP4J_PARSING_H
#define XDP4J_PARSING_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_VLAN_TAGS 2

struct vlan_tag {
	__be16 tci;
	__be16 type;
};

/* A position in the packet: where the next header begins, and where the packet ends. */
struct cursor {
	void *at;
	void *end;
};

static __always_inline struct cursor cursor_of(struct xdp_md *ctx)
{
	struct cursor c = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };
	return c;
}

/* Skips Ethernet and up to two tags; the ethertype in network order, 0 when it is cut short or an
 * 802.3 length. */
static __always_inline __be16 parse_ethernet(struct cursor *c, struct ethhdr **eth)
{
	struct ethhdr *header = c->at;
	__be16 type;

	if ((void *)(header + 1) > c->end)
		return 0;
	*eth = header;
	type = header->h_proto;
	c->at = header + 1;
	if (bpf_ntohs(type) < ETH_P_802_3_MIN)
		return 0;
#pragma unroll
	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		struct vlan_tag *tag = c->at;

		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > c->end)
			return 0;
		type = tag->type;
		c->at = tag + 1;
	}
	return type;
}

static __always_inline struct iphdr *parse_ipv4(struct cursor *c)
{
	struct iphdr *ip = c->at;

	if ((void *)(ip + 1) > c->end)
		return 0;
	c->at = ip + 1;
	return ip;
}

static __always_inline struct ipv6hdr *parse_ipv6(struct cursor *c)
{
	struct ipv6hdr *ip = c->at;

	if ((void *)(ip + 1) > c->end)
		return 0;
	c->at = ip + 1;
	return ip;
}

static __always_inline void swap_macs(struct ethhdr *eth)
{
	unsigned char source[ETH_ALEN];

	__builtin_memcpy(source, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, source, ETH_ALEN);
}

/* Adds the carries of a 32-bit sum and complements it: the value of an IP checksum field. */
static __always_inline __u16 fold_checksum(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
