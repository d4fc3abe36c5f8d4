// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Hands packets to AF_XDP sockets: to the one of their queue, or to all in turn.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* By queue, or by turn. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} xsks_map SEC(".maps");

/* How many take turns: a power of two. */
volatile __u32 num_socks = 1;

static __u32 turn;

static __always_inline int by_queue(struct xdp_md *ctx)
{
	return bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_PASS);
}

static __always_inline int in_turn(void)
{
	turn = (turn + 1) & (num_socks - 1);
	return bpf_redirect_map(&xsks_map, turn, XDP_DROP);
}

SEC("xdp")
int xsk_def_prog(struct xdp_md *ctx)
{
	return by_queue(ctx);
}

SEC("xdp")
int xdp_sock_prog(struct xdp_md *ctx)
{
	return in_turn();
}

SEC("xdp.frags")
int xsk_def_prog_frags(struct xdp_md *ctx)
{
	return by_queue(ctx);
}

SEC("xdp.frags")
int xdp_sock_prog_frags(struct xdp_md *ctx)
{
	return in_turn();
}

char _license[] SEC("license") = "Dual MIT/GPL";
