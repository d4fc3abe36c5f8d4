// SPDX-License-Identifier: Apache-2.0
#include "bad.h"

// No calls between lock and unlock.
struct shared {
	struct bpf_spin_lock lock;
	__u32 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shared);
} state SEC(".maps");

SEC("xdp")
int calls_in_lock(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct shared *shared = bpf_map_lookup_elem(&state, &key);

	if (!shared)
		return XDP_PASS;
	bpf_spin_lock(&shared->lock);
	shared->count = bpf_get_prandom_u32();
	bpf_spin_unlock(&shared->lock);
	return XDP_PASS;
}
