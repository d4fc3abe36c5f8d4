// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Sends every packet out of the device in entry 0: the program between two ports in af-xdp.sh.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} ports SEC(".maps");

SEC("xdp")
int forward(struct xdp_md *ctx)
{
	(void)ctx;
	return bpf_redirect_map(&ports, 0, 0);
}

char _license[] SEC("license") = "Dual MIT/GPL";
