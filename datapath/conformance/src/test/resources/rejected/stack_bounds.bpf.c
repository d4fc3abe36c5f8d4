// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// An index from the packet into an array on the stack.
SEC("xdp")
int stack_index(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *data = (void *)(long)ctx->data;
	__u8 seen[16] = {};

	if ((void *)(data + 15) > data_end)
		return XDP_PASS;
	seen[data[14]] = 1;
	barrier_var(data);
	return seen[data[13] & 15] ? XDP_DROP : XDP_PASS;
}
