// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// Nothing of struct xdp_md may be written.
SEC("xdp")
int writes_context(struct xdp_md *ctx)
{
	ctx->rx_queue_index = 1;
	return XDP_PASS;
}
