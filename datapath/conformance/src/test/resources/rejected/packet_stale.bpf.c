// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// adjust_head moves the packet; the old pointer is used after it.
SEC("xdp")
int stale_pointer(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;

	if (data + sizeof(*eth) > data_end)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -20))
		return XDP_DROP;
	return eth->h_proto == bpf_htons(ETH_P_IP) ? XDP_TX : XDP_PASS;
}
