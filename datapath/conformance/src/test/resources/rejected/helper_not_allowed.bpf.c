// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// A helper of socket buffers, which an XDP program has none of.
SEC("xdp")
int wrong_helper(struct xdp_md *ctx)
{
	return bpf_skb_pull_data((void *)ctx, 64) ? XDP_DROP : XDP_PASS;
}
