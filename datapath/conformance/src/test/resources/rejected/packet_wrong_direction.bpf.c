// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// The comparison is the wrong way round: the access is on the path where the packet is short.
SEC("xdp")
int wrong_direction(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	__u8 *bytes = data;

	if (data + 20 < data_end)
		return XDP_PASS;
	return bytes[19] ? XDP_DROP : XDP_PASS;
}
