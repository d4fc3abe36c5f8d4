// SPDX-License-Identifier: Apache-2.0
// Static, global and hidden subprograms, a callback, and two programs that share them.
#include "bpf_min.h"

static __noinline int leaf(int x)
{
    asm volatile("" : "+r"(x));
    return x * 3;
}

static __noinline int middle(int x)
{
    asm volatile("" : "+r"(x));
    return leaf(x) + leaf(x + 1);
}

__noinline int shared(int x)
{
    asm volatile("" : "+r"(x));
    return middle(x) + 1;
}

__hidden __noinline int concealed(int x)
{
    asm volatile("" : "+r"(x));
    return x ^ 5;
}

static int step(__u32 index, void *ctx)
{
    *(__u32 *)ctx += index;
    return 0;
}

SEC("xdp/one") int one(struct xdp_md *ctx)
{
    return shared(ctx->rx_queue_index) + leaf(1);
}

SEC("xdp/one") int two(struct xdp_md *ctx)
{
    __u32 sum = 0;
    bpf_loop(4, step, &sum, 0);
    return concealed(sum);
}

SEC("xdp.frags/devmap") int three(struct xdp_md *ctx)
{
    return XDP_PASS;
}
