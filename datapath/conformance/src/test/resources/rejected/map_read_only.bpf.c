// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// Constants are frozen in a map that programs may only read.
const volatile __u32 limit = 7;

SEC("xdp")
int writes_constant(struct xdp_md *ctx)
{
	*(volatile __u32 *)&limit = 8;
	return XDP_PASS;
}
