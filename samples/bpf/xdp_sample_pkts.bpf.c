// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Sends the beginning of each packet to the user, and passes it.
#include "parsing.h"

#define COOKIE 0xdead
#define SAMPLE_BYTES 64

struct sample {
	__u16 cookie;
	__u16 length;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} my_map SEC(".maps");

SEC("xdp")
int xdp_sample_prog(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct sample sample = { COOKIE, c.end - c.at };
	__u64 bytes = sample.length < SAMPLE_BYTES ? sample.length : SAMPLE_BYTES;

	/* The upper half of the flags says how much of the packet follows. */
	bpf_perf_event_output(ctx, &my_map, BPF_F_CURRENT_CPU | bytes << 32, &sample, sizeof(sample));
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
