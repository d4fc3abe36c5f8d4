// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// A learning switch: a table of addresses, and the ports as a devmap by interface index.
#include "parsing.h"

#define MAX_PORTS 64
#define MAX_ADDRESSES 131072

/* How long an address is believed without being seen, in nanoseconds; set before the load. */
const volatile __u64 ageing_ns = 300000000000ULL;

/* Seen addresses are written again after this long only, so that a flow costs look-ups. */
#define REFRESH_NS 1000000000ULL

struct mac {
	__u16 high;
	__u16 middle;
	__u16 low;
	__u16 vlan;
};

struct entry {
	__u32 ifindex;
	__u32 pad;
	__u64 seen_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, struct mac);
	__type(value, struct entry);
} fdb SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, MAX_PORTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} ports SEC(".maps");

static __always_inline void mac_of(const __u8 *address, struct mac *mac)
{
	__builtin_memcpy(mac, address, ETH_ALEN);
}

static __always_inline void learn(const struct mac *source, __u32 ifindex, __u64 now)
{
	struct entry *known = bpf_map_lookup_elem(&fdb, source);
	struct entry fresh = { .ifindex = ifindex, .seen_ns = now };

	if (known && known->ifindex == ifindex && now - known->seen_ns < REFRESH_NS)
		return;
	bpf_map_update_elem(&fdb, source, &fresh, BPF_ANY);
}

SEC("xdp")
int xdp_switch(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct mac source = {}, target = {};
	struct entry *known;
	__u64 now = bpf_ktime_get_ns();

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	mac_of(eth->h_source, &source);
	mac_of(eth->h_dest, &target);
	if ((eth->h_source[0] & 1) || !(source.high | source.middle | source.low))
		return XDP_DROP;
	/* 01:80:c2:00:00:0X stays on its link. */
	if (target.high == bpf_htons(0x0180) && target.middle == bpf_htons(0xc200) &&
	    !(bpf_ntohs(target.low) & 0xfff0))
		return XDP_DROP;
	learn(&source, ctx->ingress_ifindex, now);
	if (!(eth->h_dest[0] & 1)) {
		known = bpf_map_lookup_elem(&fdb, &target);
		if (known && now - known->seen_ns < ageing_ns) {
			if (known->ifindex == ctx->ingress_ifindex)
				return XDP_DROP;
			return bpf_redirect_map(&ports, known->ifindex, XDP_DROP);
		}
	}
	return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char _license[] SEC("license") = "Dual MIT/GPL";
