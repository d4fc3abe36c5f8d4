// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// Every round is a path of its own: a million instructions are not enough.
SEC("xdp")
int too_many_rounds(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *data = (void *)(long)ctx->data;
	__u32 sum = 0;

	for (int i = 0; i < 1000000; i++) {
		__u8 *at = data + (i & 1023);

		if ((void *)(at + 1) > data_end)
			break;
		sum += *at;
		barrier_var(sum);
	}
	return sum & 1 ? XDP_PASS : XDP_DROP;
}
