// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// r1 to r5 hold nothing after a call.
SEC("xdp")
__attribute__((naked)) int after_call(void)
{
	asm volatile("call %[random]\n"
		     "r0 = *(u32 *)(r1 + 0)\n"
		     "exit\n" ::[random] "i"(BPF_FUNC_get_prandom_u32));
}
