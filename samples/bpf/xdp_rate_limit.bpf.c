// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Passes so many packets a period; a timer refills the allowance.
#include "parsing.h"

#define CLOCK_MONOTONIC 1

/* Packets a period, and the period in nanoseconds; set before the load. */
const volatile __u64 allowance = 100;
const volatile __u64 period_ns = 10000000;

struct bucket {
	struct bpf_timer timer;
	__u64 left;
	__u64 refills;
	__u32 started;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

static int refill(void *map, __u32 *key, struct bucket *bucket)
{
	bucket->left = allowance;
	bucket->refills++;
	bpf_timer_start(&bucket->timer, period_ns, 0);
	return 0;
}

SEC("xdp")
int xdp_rate_limit(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);

	if (!bucket)
		return XDP_ABORTED;
	if (!__sync_lock_test_and_set(&bucket->started, 1)) {
		bucket->left = allowance;
		if (!bpf_timer_init(&bucket->timer, &buckets, CLOCK_MONOTONIC)) {
			bpf_timer_set_callback(&bucket->timer, refill);
			bpf_timer_start(&bucket->timer, period_ns, 0);
		}
	}
	if (!bucket->left)
		return XDP_DROP;
	bucket->left--;
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
