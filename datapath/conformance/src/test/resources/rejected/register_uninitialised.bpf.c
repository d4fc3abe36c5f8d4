// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// r2 was never written: the index of the redirect is missing.
SEC("xdp")
int no_argument(struct xdp_md *ctx)
{
	int result;

	asm volatile("call %[redirect]\n"
		     "%[result] = r0\n"
		     : [result] "=r"(result)
		     : [redirect] "i"(BPF_FUNC_redirect)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
	return result;
}
