// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// Four bytes of the packet are an index without any bound.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[64]);
} tables SEC(".maps");

SEC("xdp")
int no_bound(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	__u32 key = 0, index;
	__u8 *table;

	if (data + 18 > data_end)
		return XDP_PASS;
	index = *(__u32 *)(data + 14);
	table = bpf_map_lookup_elem(&tables, &key);
	if (!table)
		return XDP_PASS;
	return table[index];
}
