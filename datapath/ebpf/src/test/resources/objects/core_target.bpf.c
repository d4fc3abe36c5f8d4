// SPDX-License-Identifier: Apache-2.0
// The types that core.bpf.c is adapted to in tests.
#include "bpf_min.h"

enum colour { BLUE = 1, GREEN = 77 };

struct inner {
    long before;
    int b;
    int a;
};

struct device {
    long before;
    union {
        struct {
            int pad;
            int index;
        };
        long both;
    };
    struct inner in;
    char name[16];
    int other : 3;
    int bits : 7;
    __u64 narrow;
    int values[16];
};

SEC("xdp") int keep(struct xdp_md *ctx)
{
    struct device *d = (void *)0;
    enum colour c = GREEN;
    asm volatile("" : : "r"(d), "r"(c));
    return 0;
}

struct device device;
enum colour colour;
