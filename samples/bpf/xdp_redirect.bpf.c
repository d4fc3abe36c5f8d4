// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Sends packets to a device by its interface index, with swapped addresses.
#include "counting.h"
#include "parsing.h"

volatile const __u32 ifindex_out = 0;

SEC("xdp")
int xdp_redirect_prog(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if (!rec)
		return XDP_PASS;
	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	swap_macs(eth);
	return bpf_redirect(ifindex_out, 0);
}

SEC("xdp")
int xdp_redirect_prog_load_bytes(struct xdp_md *ctx)
{
	struct datarec *rec = received();
	struct ethhdr eth;

	if (!rec)
		return XDP_PASS;
	if (bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_DROP;
	swap_macs(&eth);
	if (bpf_xdp_store_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_DROP;
	return bpf_redirect(ifindex_out, 0);
}

/* For the target: some drivers send only with a program of their own. */
SEC("xdp")
int xdp_redirect_dummy_prog(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
