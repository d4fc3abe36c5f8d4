// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Forwards by where a packet came in: a chain of devices without addresses.
#include "parsing.h"

/* The device behind each device, by interface index. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} next_hop SEC(".maps");

SEC("xdp")
int xdp_forward(struct xdp_md *ctx)
{
	return bpf_redirect_map(&next_hop, ctx->ingress_ifindex, XDP_PASS);
}

/* The same behind a cpumap. */
SEC("xdp/cpumap")
int cpumap_forward(struct xdp_md *ctx)
{
	return bpf_redirect_map(&next_hop, ctx->ingress_ifindex, XDP_PASS);
}

char _license[] SEC("license") = "Dual MIT/GPL";
