#!/usr/bin/env python3
"""Asks the live kernel which maps it creates; prints `type key value max flags extra inner = ERRNO` lines.

Run as root: ./map_create.py > ../resources/io/xdp4j/ebpf/map/create.txt
"""
import ctypes, errno, os, struct, itertools

libc = ctypes.CDLL(None, use_errno=True)
TYPES = """- hash array prog_array perf_event_array percpu_hash percpu_array stack_trace cgroup_array lru_hash
lru_percpu_hash lpm_trie array_of_maps hash_of_maps devmap sockmap cpumap xskmap sockhash cgroup_storage
reuseport_sockarray percpu_cgroup_storage queue stack sk_storage devmap_hash struct_ops ringbuf inode_storage
task_storage bloom_filter user_ringbuf cgrp_storage arena""".split()

LARGEST = 64 << 20
ALLOCATING = {"array", "percpu_array", "queue", "stack", "bloom_filter", "prog_array", "devmap", "xskmap", "sockmap"}


def bpf(cmd, attr):
    buf = ctypes.create_string_buffer(attr, len(attr))
    r = libc.syscall(321, cmd, buf, len(attr))
    return r if r >= 0 else -ctypes.get_errno()


def create(kind, key, value, entries, flags=0, extra=0, inner=0):
    attr = struct.pack("<IIIIIII16sIIIIIQ", TYPES.index(kind), key, value, entries, flags, inner, 0,
                       b"", 0, 0, 0, 0, 0, extra)
    attr = attr[:64] + struct.pack("<Q", extra)
    return bpf(0, attr)


def name(r):
    if r >= 0:
        return "0"
    return errno.errorcode.get(-r, "ENOTSUPP" if r == -524 else str(r)).replace("ENOTSUP", "EOPNOTSUPP") \
        if r != -524 else "ENOTSUPP"


def limit_memory():
    """Makes the OOM killer take this process before any other, should a row be too large after all."""
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as f:
        f.write("1000")


def main():
    limit_memory()
    inner = create("array", 4, 4, 1)
    rows = []

    def ask(kind, key, value, entries, flags=0, extra=0, nested=0):
        # The kernel allocates what it accepts: arrays of gigabytes would starve the whole machine.
        if value < 0x40000000 or not kind.startswith("array"):
            if entries * max(value, 8) > LARGEST and kind in ALLOCATING and value <= 4194304:
                return
        else:
            return
        fd = inner if nested else 0
        if not nested and kind.endswith("_of_maps"):
            fd = 0xffff
        r = create(kind, key, value, entries, flags, extra, fd)
        rows.append(f"{kind} {key} {value} {entries} {flags} {extra} {nested} = {name(r)}")
        if r >= 0:
            os.close(r)

    shapes = {
        "hash": (4, 8, 16), "array": (4, 8, 16), "prog_array": (4, 4, 16), "perf_event_array": (4, 4, 2),
        "percpu_hash": (4, 8, 16), "percpu_array": (4, 8, 16), "cgroup_array": (4, 4, 2),
        "lru_hash": (4, 8, 16), "lru_percpu_hash": (4, 8, 16), "lpm_trie": (8, 8, 16), "array_of_maps": (4, 4, 4),
        "hash_of_maps": (4, 4, 4), "devmap": (4, 4, 16), "sockmap": (4, 4, 16), "cpumap": (4, 4, 2),
        "xskmap": (4, 4, 16), "sockhash": (4, 4, 16), "reuseport_sockarray": (4, 4, 16), "queue": (0, 8, 16),
        "stack": (0, 8, 16), "devmap_hash": (4, 4, 16), "ringbuf": (0, 0, 4096), "bloom_filter": (0, 8, 16),
        "user_ringbuf": (0, 0, 4096), "cgroup_storage": (8, 8, 0), "percpu_cgroup_storage": (8, 8, 0),
        "stack_trace": (4, 64, 16)}
    bits = [0, 1, 2, 4, 8, 16, 24, 32, 64, 128, 256, 384, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072,
            262144, 524288]
    for kind, (k, v, n) in shapes.items():
        nested = 1 if kind.endswith("_of_maps") else 0
        base = 1 if kind == "lpm_trie" else 0
        for f in bits:
            ask(kind, k, v, n, f | base, 0, nested)
            if f not in (0, 1) and base:
                ask(kind, k, v, n, f, 0, nested)
        for key in (0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 64, 256, 260, 261, 264, 511, 512, 513, 1024, 65536, 0x7fffffff):
            ask(kind, key, v, n, base, 0, nested)
        for value in (0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 64, 32760, 32767, 32768, 32769, 65536, 4194304 - 128, 0x7fffff00, 0x7fffffff):
            ask(kind, k, value, min(n, 2), base, 0, nested)
        for entries in (0, 1, 2, 3, 5, 100, 4095, 4096, 8192, 12288, 65536, 65537):
            ask(kind, k, v, entries, base, 0, nested)
        ask(kind, k, v, n, base, 1, nested)
        ask(kind, k, v, n, base, 16, nested)
    for extra in (2, 15, 17, 1 << 40):
        ask("bloom_filter", 0, 8, 16, 0, extra)
    for kind in ("array_of_maps", "hash_of_maps"):
        ask(kind, 4, 4, 4, 0, 0, 0)
        ask(kind, 4, 4, 4, 1, 0, 1)
    ask("hash", 4, 0x7ffffff, 0x7fffffff)
    ask("lru_hash", 4, 8, 16, 3)
    ask("lru_percpu_hash", 4, 8, 16, 3)
    for kind in ("sk_storage", "inode_storage", "task_storage", "cgrp_storage", "struct_ops", "arena"):
        ask(kind, 4, 8, 16)
    print("# What Linux %s answers to BPF_MAP_CREATE; written by src/test/kernel/map_create.py, 2 possible CPUs."
          % os.uname().release.split("-")[0])
    print("# type key_size value_size max_entries flags map_extra inner(0/1) = errno")
    for row in dict.fromkeys(rows):
        print(row)


if __name__ == "__main__":
    main()
