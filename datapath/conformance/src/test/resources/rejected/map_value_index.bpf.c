// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// A byte of the packet is an index up to 255; the value has 64 bytes.
struct table {
	__u8 bytes[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct table);
} tables SEC(".maps");

SEC("xdp")
int index_too_large(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	__u8 *data = (void *)(long)ctx->data;
	__u32 key = 0;
	struct table *table;

	if ((void *)(data + 15) > data_end)
		return XDP_PASS;
	table = bpf_map_lookup_elem(&tables, &key);
	if (!table)
		return XDP_PASS;
	return table->bytes[data[14]];
}
