// SPDX-License-Identifier: Apache-2.0
// libxdp's metadata.
#include "bpf_min.h"

struct {
    __uint(priority, 12);
    __uint(XDP_PASS, 1);
    __uint(XDP_DROP, 1);
    __uint(XDP_TX, 0);
} _filter SEC(".xdp_run_config");

SEC("xdp") int filter(struct xdp_md *ctx)
{
    return XDP_PASS;
}

SEC("xdp") int plain(struct xdp_md *ctx)
{
    return XDP_PASS;
}
