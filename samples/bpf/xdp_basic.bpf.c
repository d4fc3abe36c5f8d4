// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The four simplest verdicts.
#include "parsing.h"

SEC("xdp")
int xdp_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int xdp_pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int xdp_tx(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth;

	parse_ethernet(&c, &eth);
	if ((void *)(long)ctx->data + sizeof(struct ethhdr) > c.end)
		return XDP_ABORTED;
	swap_macs((void *)(long)ctx->data);
	return XDP_TX;
}

SEC("xdp.frags")
int xdp_pass_frags(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
