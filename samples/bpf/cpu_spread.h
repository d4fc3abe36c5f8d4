/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* A cpumap and the list of the CPUs in use. An object says how many it takes with MAX_CPUS. */
#ifndef XDP4J_CPU_SPREAD_H
#define XDP4J_CPU_SPREAD_H

#include "parsing.h"

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, MAX_CPUS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_cpumap_val));
} cpu_map SEC(".maps");

/* CPUs in use: the first cpus_count entries. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_CPUS);
	__type(key, __u32);
	__type(value, __u32);
} cpus_available SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cpus_count SEC(".maps");

/* The CPU for a hash; the stack's own when no CPU is in use. */
static __always_inline int to_cpu(__u32 hash)
{
	__u32 key = 0, *count = bpf_map_lookup_elem(&cpus_count, &key), *cpu;

	if (!count || !*count)
		return XDP_PASS;
	key = hash % *count;
	cpu = bpf_map_lookup_elem(&cpus_available, &key);
	return cpu ? bpf_redirect_map(&cpu_map, *cpu, 0) : XDP_ABORTED;
}

#endif
