// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// The loop never changes what it waits for.
SEC("xdp")
__attribute__((naked)) int never_ends(void)
{
	asm volatile("r0 = 0\n"
		     "1: r0 &= 1\n"
		     "if r0 == 0 goto 1b\n"
		     "exit\n");
}
