// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Hands a mark from XDP to whoever takes the packet next, in the metadata before its first byte.
#include "parsing.h"

#include <linux/pkt_cls.h>

#define XDP_MARK 42
#define NO_META_MARK 41

struct meta_info {
	__u32 mark;
} __attribute__((aligned(4)));

SEC("xdp")
int xdp_mark(struct xdp_md *ctx)
{
	struct meta_info *meta;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_ABORTED;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	meta->mark = XDP_MARK;
	return XDP_PASS;
}

/* What TC runs in the kernel; here the reader is a handler of the device's pipeline. */
SEC("tc")
int tc_mark(struct __sk_buff *skb)
{
	struct meta_info *meta = (void *)(long)skb->data_meta;

	skb->mark = (void *)(meta + 1) > (void *)(long)skb->data ? NO_META_MARK : meta->mark;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual MIT/GPL";
