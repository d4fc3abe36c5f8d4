// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Counts packets by CPU and by receive queue, and answers as configured.
#include "parsing.h"

#define MAX_RXQS 64
#define READ_MEM 1
#define SWAP_MAC 2

struct config {
	__u32 action;
	__u32 ifindex;
	__u32 options;
};

struct datarec {
	__u64 processed;
	__u64 issue;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
} config_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct datarec);
} stats_global_map SEC(".maps");

/* The last entry is for queues that have none of their own. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_RXQS + 1);
	__type(key, __u32);
	__type(value, struct datarec);
} rx_queue_index_map SEC(".maps");

static __always_inline int count_queue(__u32 queue)
{
	__u32 key = queue < MAX_RXQS ? queue : MAX_RXQS;
	struct datarec *rec = bpf_map_lookup_elem(&rx_queue_index_map, &key);

	if (!rec)
		return -1;
	rec->processed++;
	if (key == MAX_RXQS)
		rec->issue++;
	return 0;
}

SEC("xdp")
int xdp_rxq_info(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;
	__u32 key = 0;
	struct config *config = bpf_map_lookup_elem(&config_map, &key);
	struct datarec *rec = bpf_map_lookup_elem(&stats_global_map, &key);

	if (!rec || !config)
		return XDP_ABORTED;
	rec->processed++;
	if (ctx->ingress_ifindex != config->ifindex) {
		rec->issue++;
		return XDP_ABORTED;
	}
	if (count_queue(ctx->rx_queue_index))
		return XDP_ABORTED;
	if (config->options & (READ_MEM | SWAP_MAC)) {
		if ((void *)(eth + 1) > c.end || bpf_ntohs(eth->h_proto) < ETH_P_802_3_MIN)
			return XDP_ABORTED;
		if (config->options & SWAP_MAC)
			swap_macs(eth);
	}
	return config->action;
}

char _license[] SEC("license") = "Dual MIT/GPL";
