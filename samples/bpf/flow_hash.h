/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The hash that spreads flows, the same for both directions since addresses are added. */
#ifndef XDP4J_FLOW_HASH_H
#define XDP4J_FLOW_HASH_H

#include "parsing.h"

#define FLOW_HASH_INITVAL 15485863

/* SuperFastHash of one word. */
static __always_inline __u32 hash_word(__u32 word, __u32 initval)
{
	__u32 hash = initval;

	hash += word & 0xffff;
	hash = (hash << 16) ^ (((word >> 16) << 11) ^ hash);
	hash += hash >> 11;
	hash ^= hash << 3;
	hash += hash >> 5;
	hash ^= hash << 4;
	hash += hash >> 17;
	hash ^= hash << 25;
	hash += hash >> 6;
	return hash;
}

static __always_inline __u32 sum_of_addresses(const struct ipv6hdr *ip)
{
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < 4; i++)
		sum += ip->saddr.s6_addr32[i] + ip->daddr.s6_addr32[i];
	return sum;
}

#endif
