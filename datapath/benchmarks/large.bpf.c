// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// A program as long as one likes, for compile.sh: -DROUNDS=N, about 25 instructions each.
#include "../../samples/bpf/parsing.h"

#define WORDS 12

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 64);
} counters SEC(".maps");

/* Not inlined into one expression: the compiler must not see through the rounds. */
#define KEEP(x) asm volatile("" : "+r"(x))

SEC("xdp")
int large(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	__u32 *word = c.at, x = 1, y = 2, z = 3;

	if (c.at + 4 * WORDS > c.end)
		return XDP_PASS;
#pragma unroll
	for (int i = 0; i < ROUNDS; i++) {
		x += word[i % WORDS];
		x ^= x << 4 | x >> 28;
		y += x ^ (word[(i + 5) % WORDS] & 0xffff);
		KEEP(y);
		if (y & 1)
			z += y >> 3;
		else
			z ^= x;
		KEEP(z);
		if (i % 16 == 0) {
			__u32 key = z & 63;
			__u64 *count = bpf_map_lookup_elem(&counters, &key);

			if (count)
				*count += 1;
		}
		word[(i + 7) % WORDS] = z;
	}
	return z & 1 ? XDP_DROP : XDP_TX;
}

char _license[] SEC("license") = "Dual MIT/GPL";
