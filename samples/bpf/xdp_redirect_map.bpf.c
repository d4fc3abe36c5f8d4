// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Sends packets to a device by a devmap, with swapped addresses; an egress program may set the
// source address.
#include "counting.h"
#include "parsing.h"

/* Entries without a program, for generic mode. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} tx_port_general SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_devmap_val));
} tx_port_native SEC(".maps");

/* Address of the target. */
volatile const __u8 tx_mac_addr[ETH_ALEN] = {};

static __always_inline int redirect(struct xdp_md *ctx, void *map)
{
	struct datarec *rec = received();
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if (!rec)
		return XDP_PASS;
	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	swap_macs(eth);
	return bpf_redirect_map(map, 0, 0);
}

static __always_inline int redirect_load_bytes(struct xdp_md *ctx, void *map)
{
	struct datarec *rec = received();
	struct ethhdr eth;

	if (!rec)
		return XDP_PASS;
	if (bpf_xdp_load_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_DROP;
	swap_macs(&eth);
	if (bpf_xdp_store_bytes(ctx, 0, &eth, sizeof(eth)))
		return XDP_DROP;
	return bpf_redirect_map(map, 0, 0);
}

SEC("xdp")
int xdp_redirect_map_general_load_bytes(struct xdp_md *ctx)
{
	return redirect_load_bytes(ctx, &tx_port_general);
}

SEC("xdp")
int xdp_redirect_map_native_load_bytes(struct xdp_md *ctx)
{
	return redirect_load_bytes(ctx, &tx_port_native);
}

SEC("xdp")
int xdp_redirect_map_general(struct xdp_md *ctx)
{
	return redirect(ctx, &tx_port_general);
}

SEC("xdp")
int xdp_redirect_map_native(struct xdp_md *ctx)
{
	return redirect(ctx, &tx_port_native);
}

SEC("xdp/devmap")
int xdp_redirect_map_egress(struct xdp_md *ctx)
{
	struct cursor c = cursor_of(ctx);
	struct ethhdr *eth = c.at;

	if ((void *)(eth + 1) > c.end)
		return XDP_DROP;
	__builtin_memcpy(eth->h_source, (const void *)tx_mac_addr, ETH_ALEN);
	return XDP_PASS;
}

SEC("xdp/devmap")
int xdp_redirect_map_egress_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int xdp_redirect_dummy_prog(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
