// SPDX-License-Identifier: Apache-2.0
// Externs: kernel configuration, kernel symbols, kernel functions.
#include "bpf_min.h"

extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_HZ __kconfig;
extern __u64 CONFIG_PANIC_TIMEOUT __kconfig;
extern _Bool CONFIG_MISSING __kconfig __weak;

extern const int some_variable __ksym __weak;
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern void bpf_absent(void) __ksym __weak;

char SEC("license") _license[] = "GPL";

SEC("xdp") int version(struct xdp_md *ctx)
{
    return LINUX_KERNEL_VERSION + CONFIG_PANIC_TIMEOUT + CONFIG_MISSING;
}

SEC("xdp") int ticks(struct xdp_md *ctx)
{
    return CONFIG_HZ;
}

SEC("xdp") int symbols(struct xdp_md *ctx)
{
    __u64 timestamp = 0;
    if (&some_variable)
        return 1;
    if (bpf_absent)
        bpf_absent();
    if (bpf_xdp_metadata_rx_timestamp(ctx, &timestamp))
        return 2;
    return (int)timestamp;
}
