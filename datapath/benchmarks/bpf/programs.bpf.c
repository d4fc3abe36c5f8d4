// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Whole programs for the engine's benchmark, of kinds that people run; the samples supply the rest.
#include "../../../samples/bpf/parsing.h"

#define MAP(name, kind, key_bytes, value_bytes, entries)                                           \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(key_size, key_bytes);                                                       \
		__uint(value_size, value_bytes);                                                   \
		__uint(max_entries, entries);                                                      \
	} name SEC(".maps")

MAP(services, BPF_MAP_TYPE_HASH, 8, 8, 1024);
MAP(sessions, BPF_MAP_TYPE_HASH, 16, 16, 65536);
MAP(backends, BPF_MAP_TYPE_ARRAY, 4, 16, 256);
MAP(stats, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 16, 256);
MAP(blocked, BPF_MAP_TYPE_LRU_HASH, 4, 8, 65536);

struct session_key {
	__u32 src, dst, ports, protocol;
};

struct backend {
	__u32 address;
	__u8 mac[ETH_ALEN];
	__u16 weight;
	__u32 pad;
};

struct traffic {
	__u64 packets, bytes;
};

static __always_inline struct iphdr *ipv4_of(struct cursor *c)
{
	struct ethhdr *eth;

	return parse_ethernet(c, &eth) == bpf_htons(ETH_P_IP) ? parse_ipv4(c) : 0;
}

static __always_inline void account(struct xdp_md *ctx, __u32 slot)
{
	struct traffic *t = bpf_map_lookup_elem(&stats, &slot);

	if (t) {
		t->packets++;
		t->bytes += ctx->data_end - ctx->data;
	}
}

/* A service and a session, each one look-up in a hash. */
SEC("xdp")
int two_hash_lookups(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct iphdr *ip = ipv4_of(&c);
	struct session_key session = {};
	struct { __u32 address, port; } service = {};
	__u64 *value;
	__u32 *ports = c.at;

	if (!ip || (void *)(ports + 1) > c.end)
		return XDP_PASS;
	service.address = ip->daddr;
	service.port = *ports >> 16;
	session.src = ip->saddr;
	session.dst = ip->daddr;
	session.ports = *ports;
	session.protocol = ip->protocol;
	value = bpf_map_lookup_elem(&services, &service);
	if (value)
		*value += 1;
	value = bpf_map_lookup_elem(&sessions, &session);
	if (value)
		*value += 1;
	account(ctx, 0);
	return value ? XDP_DROP : XDP_PASS;
}

static __always_inline __u32 rotate(__u32 x, int by)
{
	return (x << by) | (x >> (32 - by));
}

/* One round of a mixing function in the manner of Jenkins. */
#define MIX(a, b, c)                                                                               \
	do {                                                                                       \
		a -= c; a ^= rotate(c, 4); c += b;                                                 \
		b -= a; b ^= rotate(a, 6); a += c;                                                 \
		c -= b; c ^= rotate(b, 8); b += a;                                                 \
		a -= c; a ^= rotate(c, 16); c += b;                                                \
		b -= a; b ^= rotate(a, 19); a += c;                                                \
		c -= b; c ^= rotate(b, 4); b += a;                                                 \
	} while (0)

/* A long hash over the first words of the packet. */
SEC("xdp")
int header_hash(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	__u32 *word = c.at, x = 1, y = 2, z = 3;

	if (c.at + 48 > c.end)
		return XDP_PASS;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		x += word[3 * i];
		y += word[3 * i + 1];
		z += word[3 * i + 2];
		MIX(x, y, z);
	}
	return z & 1 ? XDP_DROP : XDP_TX;
}

/* Stateless load balancer: hash of the five-tuple, weighted choice among backends, new MAC and
 * destination, checksum by difference. */
SEC("xdp")
int stateless_lb(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	struct iphdr *ip = ipv4_of(&c);
	struct backend *chosen = 0;
	__u32 *ports = c.at, x, y, z, best = 0;
	__u32 check;

	if (!ip || (void *)(ports + 1) > c.end || ip->ihl != 5)
		return XDP_PASS;
#pragma unroll
	for (int i = 0; i < 8; i++) {
		__u32 slot = (ip->daddr & 0x1f) * 8 + i;
		struct backend *b = bpf_map_lookup_elem(&backends, &slot);

		if (!b || !b->weight)
			continue;
		x = ip->saddr;
		y = *ports ^ ip->protocol;
		z = b->address + i;
		MIX(x, y, z);
		z = (z >> 8) * b->weight;
		if (!chosen || z > best) {
			best = z;
			chosen = b;
		}
	}
	if (!chosen)
		return XDP_PASS;
	check = ~ip->check & 0xffff;
	check += ~(ip->daddr & 0xffff) & 0xffff;
	check += ~(ip->daddr >> 16) & 0xffff;
	check += (chosen->address & 0xffff) + (chosen->address >> 16);
	ip->check = fold_checksum(check);
	ip->daddr = chosen->address;
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, chosen->mac, ETH_ALEN);
	account(ctx, 1);
	return XDP_TX;
}

/* The checksum of 64 bytes, byte by byte. */
SEC("xdp")
int checksum_bytes(struct xdp_md *ctx)
{
	__u8 *at = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 sum = 0;

	for (int i = 0; i < 64; i++) {
		if (at + i + 1 > end)
			break;
		sum += i & 1 ? at[i] : (__u32)at[i] << 8;
	}
	return fold_checksum(sum) & 1 ? XDP_DROP : XDP_PASS;
}

/* Denies by source address, counts what passes. */
SEC("xdp")
int deny_list(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct iphdr *ip = ipv4_of(&c);
	__u32 source;
	__u64 *hits;

	if (!ip)
		return XDP_PASS;
	source = ip->saddr;
	hits = bpf_map_lookup_elem(&blocked, &source);
	if (hits) {
		*hits += 1;
		return XDP_DROP;
	}
	account(ctx, 2);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
