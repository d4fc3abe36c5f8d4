// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// No comparison with data_end at all.
SEC("xdp")
int no_check(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;

	return eth->h_proto == bpf_htons(ETH_P_ARP) ? XDP_DROP : XDP_PASS;
}
