// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// The length comes from the packet and may be more than the buffer has.
SEC("xdp")
int length_unbounded(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	__u8 buffer[64] = {};
	__u32 length;

	if (data + 16 > data_end)
		return XDP_PASS;
	length = *(__u16 *)(data + 14);
	return bpf_xdp_load_bytes(ctx, 0, buffer, length) ? XDP_DROP : buffer[0];
}
