// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// The key is a number, not its address.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp")
int number_for_pointer(struct xdp_md *ctx)
{
	return bpf_map_lookup_elem(&counters, (void *)(long)ctx->ingress_ifindex) ? XDP_DROP : XDP_PASS;
}
