// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// A record of the ring buffer is reserved, and not given back where the packet is short.
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int forgets_record(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	__u64 *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return XDP_PASS;
	if (data + 22 > data_end)
		return XDP_DROP;
	*event = *(__u64 *)(data + 14);
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}
