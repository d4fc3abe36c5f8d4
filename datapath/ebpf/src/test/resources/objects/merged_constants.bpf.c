// SPDX-License-Identifier: Apache-2.0
// A constant that the compiler may merge with others goes to a section .rodata.cst16. clang 14 says in BTF
// that it lies in .rodata, at the offset that it has over there.
#include "bpf_min.h"

const volatile __u32 limit = 7;
static const __u8 digits[16] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};

char SEC("license") _license[] = "GPL";

SEC("xdp") int prog(struct xdp_md *ctx)
{
    return digits[ctx->rx_queue_index & 15] > limit ? XDP_DROP : XDP_PASS;
}
