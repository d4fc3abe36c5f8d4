// SPDX-License-Identifier: Apache-2.0
// Constants, variables, zeros, sections of one's own, string literals.
#include "bpf_min.h"

const volatile __u32 limit = 7;
const volatile struct {
    __u16 port;
    __u8 mac[6];
} config = {80, {1, 2, 3, 4, 5, 6}};
__u64 total = 5;
__u64 seen;
static volatile __u32 calls;
__u32 per_port[16] SEC(".data.ports");

char SEC("license") _license[] = "GPL";

SEC("xdp") int prog(struct xdp_md *ctx)
{
    calls++;
    seen += limit;
    total += config.port;
    per_port[ctx->rx_queue_index & 15]++;
    return calls > limit ? XDP_DROP : XDP_PASS;
}
