// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// A pointer is no number: it cannot be multiplied.
SEC("xdp")
__attribute__((naked)) int multiplies_pointer(void)
{
	asm volatile("r2 = *(u32 *)(r1 + 0)\n"
		     "r2 *= 2\n"
		     "r0 = 2\n"
		     "exit\n");
}
