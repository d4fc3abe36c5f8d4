#!/usr/bin/env python3
"""Plays map operations on the live kernel and writes down its answers.

Run as root: ./map_ops.py > ../resources/io/xdp4j/ebpf/map/ops.txt

u* lines are users' (bpf(2)), p* lines are an XDP program's helper calls.
"""
import ctypes, os, struct
from map_create import TYPES, bpf, create, limit_memory, name


class Map:
    def __init__(self, kind, key, value, entries, flags=0, inner=None):
        self.kind, self.key, self.value = kind, key, value
        self.fd = create(kind, key, value, entries, flags, 0, inner or 0)
        assert self.fd >= 0, (kind, name(self.fd))
        self.user_value = (value + 7 & ~7) * 2 if "percpu" in kind else value

    def elem(self, cmd, key, value, flags=0):
        k = ctypes.create_string_buffer(key, len(key)) if key is not None else None
        v = ctypes.create_string_buffer(value, max(len(value), 1))
        r = bpf(cmd, struct.pack("<IIQQQ", self.fd, 0, ctypes.addressof(k) if k and key else 0,
                                 ctypes.addressof(v), flags))
        return r, v.raw

    def uupdate(self, key, value, flags=0):
        return name(self.elem(2, key, value, flags)[0])

    def read(self, cmd, key, flags=0):
        r, v = self.elem(cmd, key, bytes(self.user_value), flags)
        return v[:self.user_value].hex() if r == 0 else name(r)

    def ulookup(self, key, flags=0):
        return self.read(1, key, flags)

    def utake(self, key, flags=0):
        return self.read(21, key, flags)

    def udelete(self, key):
        k = ctypes.create_string_buffer(key, len(key))
        return name(bpf(3, struct.pack("<IIQ", self.fd, 0, ctypes.addressof(k) if key else 0)))

    def unext(self, key):
        r, v = self.elem(4, key, bytes(max(self.key, 8)))
        return v[:self.key].hex() if r == 0 else name(r)

    def ufreeze(self):
        return name(bpf(22, struct.pack("<I", self.fd)))

    def ucontains(self, value):
        return name(self.elem(1, None, value)[0])

    def program(self, helper, key=None, value=None, flags=None, deref=False):
        code = b""

        def insn(op, dst=0, src=0, off=0, imm=0):
            return struct.pack("<BBhi", op, dst | src << 4, off, imm)

        def put(data, at):
            out = b""
            data = data + bytes(-len(data) % 8)
            for i in range(0, len(data), 8):
                lo, hi = struct.unpack_from("<ii", data, i)
                out += insn(0x18, 1, 0, 0, lo) + insn(0, 0, 0, 0, hi) + insn(0x7b, 10, 1, at + i)
            return out
        reg = 2
        if key is not None:
            code += put(key, -64) + insn(0xbf, 2, 10) + insn(0x07, 2, 0, 0, -64)
            reg = 3
        if value is not None:
            code += put(value, -256) + insn(0xbf, reg, 10) + insn(0x07, reg, 0, 0, -256)
            reg += 1
        if flags is not None:
            lo, hi = struct.unpack("<ii", struct.pack("<Q", flags))
            code += insn(0x18, reg, 0, 0, lo) + insn(0, 0, 0, 0, hi)
        code += insn(0x18, 1, 1, 0, self.fd) + insn(0)
        code += insn(0x85, 0, 0, 0, helper)
        if deref:
            code += insn(0x55, 0, 0, 2, 0) + insn(0xb7, 0, 0, 0, 0) + insn(0x95) + insn(0x71, 0, 0, 0)
            code += insn(0x47, 0, 0, 0, 0x100)
        code += insn(0x95)
        insns = ctypes.create_string_buffer(code, len(code))
        lic = ctypes.create_string_buffer(b"GPL")
        log = ctypes.create_string_buffer(65536)
        fd = bpf(5, struct.pack("<IIQQIIQII16s", 6, len(code) // 8, ctypes.addressof(insns), ctypes.addressof(lic),
                                1, 65536, ctypes.addressof(log), 0, 0, b""))
        if fd < 0:
            return None
        pkt = ctypes.create_string_buffer(64)
        attr = ctypes.create_string_buffer(struct.pack("<IIIIQQII", fd, 0, 64, 0, ctypes.addressof(pkt), 0, 1, 0)
                                           + bytes(48))
        libc = ctypes.CDLL(None, use_errno=True)
        r = libc.syscall(321, 10, attr, len(attr) - 1)
        os.close(fd)
        assert r == 0, os.strerror(ctypes.get_errno())
        return struct.unpack_from("<i", attr.raw, 4)[0]

    def plookup(self, key):
        r = self.program(1, key, deref=True)
        return None if r is None else "0" if r == 0 else "%02x" % (r & 255)

    def helper(self, *args):
        r = self.program(*args)
        return None if r is None else name(r)

    def pupdate(self, key, value, flags=0):
        return self.helper(2, key, value, flags)

    def pdelete(self, key):
        return self.helper(3, key)

    def ppush(self, value, flags=0):
        return self.helper(87, None, value, flags)

    def ppop(self):
        return self.helper(88, None, bytes(self.value))

    def ppeek(self, value=None):
        return self.helper(89, None, value or bytes(self.value))


OUT = []


def new(kind, key, value, entries, flags=0, inner=None, shown=None):
    OUT.append(f"map {kind} {key} {value} {entries} {flags}")
    return Map(kind, key, value, entries, flags, inner)


def do(m, op, *args):
    answer = getattr(m, op)(*args)
    if answer is None:
        return
    words = ["-" if a is None else "empty" if a == b"" else a.hex() if isinstance(a, bytes) else str(a) for a in args]
    OUT.append(" ".join([op] + words + ["=", answer]))


def k(n, size=4):
    return n.to_bytes(size, "little")


def hashes():
    for kind in ("hash", "percpu_hash", "lru_hash", "lru_percpu_hash"):
        for size in (4, 12):
            m = new(kind, size, 8, 2, 0)
            v = lambda n: k(n, 8) * (2 if "percpu" in kind else 1)
            do(m, "unext", None)
            for flags in (2, 3, 4, 5, 7, 8, 1 << 40):
                do(m, "uupdate", k(1, size), v(1), flags)
                do(m, "pupdate", k(1, size), k(1, 8), flags)
            do(m, "ulookup", k(1, size))
            do(m, "udelete", k(1, size))
            do(m, "pdelete", k(1, size))
            do(m, "utake", k(1, size))
            do(m, "uupdate", k(1, size), v(5), 1)
            do(m, "uupdate", k(1, size), v(6), 1)
            do(m, "pupdate", k(1, size), k(7, 8), 1)
            do(m, "uupdate", k(1, size), v(8), 2)
            do(m, "plookup", k(1, size))
            do(m, "plookup", k(2, size))
            do(m, "ulookup", k(1, size))
            for flags in (1, 2, 4, 8, 16, 1 << 33):
                do(m, "ulookup", k(1, size), flags)
            do(m, "unext", None)
            do(m, "unext", k(1, size))
            do(m, "unext", k(99, size))
            if not kind.startswith("lru"):
                do(m, "pupdate", k(2, size), k(9, 8), 0)
                do(m, "ulookup", k(2, size))
                do(m, "pupdate", k(3, size), k(9, 8), 0)
                do(m, "uupdate", k(3, size), v(9), 0)
                do(m, "uupdate", k(3, size), v(9), 2)
                do(m, "uupdate", k(2, size), v(9), 1)
                do(m, "pupdate", k(2, size), k(11, 8), 2)
                do(m, "ulookup", k(2, size))
                do(m, "pdelete", k(2, size))
            for flags in (4, 1, 2):
                do(m, "utake", k(1, size), flags)
            do(m, "utake", k(1, size))
            do(m, "utake", k(1, size))
            do(m, "ulookup", k(1, size))
            do(m, "unext", None)
            do(m, "ufreeze")
            do(m, "uupdate", k(1, size), v(5), 0)
            do(m, "udelete", k(1, size))
            do(m, "utake", k(1, size))
            do(m, "ulookup", k(1, size))
            do(m, "pupdate", k(1, size), k(7, 8), 0)
            do(m, "ufreeze")


def modes():
    for flags in (8, 16, 128, 256):
        for kind in ("hash", "array", "lru_hash"):
            m = new(kind, 4, 8, 2, flags)
            do(m, "uupdate", k(0), k(1, 8), 0)
            do(m, "ulookup", k(0))
            do(m, "udelete", k(0))
            do(m, "unext", None)
            do(m, "utake", k(0))
            do(m, "pupdate", k(0), k(2, 8), 0)
            do(m, "plookup", k(0))
            do(m, "pdelete", k(0))
            do(m, "ufreeze")
            do(m, "ufreeze")


def arrays():
    for kind in ("array", "percpu_array"):
        for value in (8, 5):
            m = new(kind, 4, value, 3)
            v = lambda n: (k(n, value) + bytes(-value % 8)) * 2 if "percpu" in kind else k(n, value)
            for flags in (0, 1, 2, 3, 4, 8):
                for key in (0, 2, 3, 0xffffffff):
                    do(m, "uupdate", k(key), v(key & 255), flags)
                    do(m, "pupdate", k(key), k(1, value), flags)
            for key in (0, 2, 3, 0xffffffff):
                for op in ("ulookup", "plookup", "udelete", "pdelete", "unext", "utake"):
                    do(m, op, k(key))
            do(m, "unext", None)
            do(m, "ufreeze")
            do(m, "uupdate", k(0), v(7), 0)
            do(m, "pupdate", k(0), k(8, value), 0)
            do(m, "ulookup", k(0))
            do(m, "ufreeze")


def descriptors():
    for kind in ("prog_array", "perf_event_array", "cgroup_array"):
        m = new(kind, 4, 4, 2)
        for flags in (0, 1, 2, 4):
            for key in (0, 2):
                do(m, "uupdate", k(key), k(9999), flags)
        for key in (0, 2):
            for op in ("ulookup", "udelete", "unext", "utake", "plookup", "pdelete"):
                do(m, op, k(key))
        do(m, "pupdate", k(0), k(1), 0)
        do(m, "unext", None)
        do(m, "ufreeze")
        do(m, "ufreeze")
    inner = create("array", 4, 4, 1)
    for kind in ("array_of_maps", "hash_of_maps"):
        m = new(kind, 4, 4, 2, 0, inner)
        for flags in (0, 1, 2, 4):
            for key in (0, 2):
                do(m, "uupdate", k(key), k(9999), flags)
        for key in (0, 2):
            for op in ("ulookup", "udelete", "unext", "utake", "pdelete"):
                do(m, op, k(key))
        do(m, "unext", None)
        do(m, "ufreeze")


def tries():
    m = new("lpm_trie", 8, 8, 3, 1)
    p = lambda bits, *b: k(bits) + bytes(b) + bytes(4 - len(b))
    do(m, "unext", None)
    for flags in (0, 1, 2, 3, 4, 8):
        do(m, "uupdate", p(33, 10), k(1, 8), flags)
        do(m, "uupdate", p(8, 10), k(1, 8), flags)
        do(m, "pupdate", p(33, 10), k(1, 8), flags)
    for bits in (0, 7, 8, 9, 32, 33, 1 << 31):
        for op in ("ulookup", "plookup", "utake"):
            do(m, op, p(bits, 10, 1, 2, 3))
    do(m, "ulookup", p(32, 10), 4)
    do(m, "uupdate", p(8, 10), k(4, 8), 2)
    do(m, "uupdate", p(24, 10, 1, 2, 77), k(2, 8), 0)
    do(m, "uupdate", p(16, 10, 1), k(3, 8), 1)
    do(m, "uupdate", p(16, 10, 2), k(3, 8), 0)
    do(m, "uupdate", p(16, 10, 2), k(3, 8), 2)
    do(m, "pupdate", p(16, 10, 2), k(3, 8), 0)
    do(m, "uupdate", p(16, 10, 1), k(3, 8), 1)
    for b in ((10, 1, 2, 9), (10, 1, 3), (10, 9), (11,)):
        do(m, "ulookup", p(32, *b))
        do(m, "plookup", p(32, *b))
    for key in (None, p(8, 10), p(16, 10, 1), p(24, 10, 1, 2), p(24, 10, 1, 2, 5), p(16, 99), p(33, 1)):
        do(m, "unext", key)
    for key in (p(33, 10), p(12, 10), p(16, 10, 1), p(16, 10, 1), p(24, 10, 1, 2)):
        do(m, "udelete", key)
        do(m, "pdelete", key)
    do(m, "ulookup", p(32, 10, 1, 2, 9))
    do(m, "uupdate", p(0), k(6, 8), 0)
    do(m, "ulookup", p(32, 99))
    do(m, "ulookup", p(0))
    do(m, "unext", None)
    do(m, "unext", p(8, 10))
    do(m, "unext", p(0))
    do(m, "udelete", p(0))
    do(m, "ufreeze")
    m = new("lpm_trie", 6, 1, 40, 1)
    for i in (0x0000, 0x8000, 0x8100, 0xff00, 0xfff0, 0x0ff0, 0x8180):
        for bits in (16, 12, 9, 1):
            do(m, "uupdate", k(bits) + i.to_bytes(2, "big"), k(i & 255, 1), 0)
    key = None
    for _ in range(40):
        do(m, "unext", key)
        if OUT[-1].endswith("ENOENT"):
            break
        key = bytes.fromhex(OUT[-1].split()[-1])


def queues():
    for kind in ("queue", "stack"):
        m = new(kind, 0, 4, 2)
        do(m, "ppop")
        do(m, "ppeek")
        do(m, "ulookup", b"")
        do(m, "utake", b"")
        do(m, "uupdate", b"", k(1), 0)
        for flags in (1, 3, 4, 8):
            do(m, "uupdate", b"", k(9), flags)
            do(m, "ppush", k(9), flags)
        do(m, "ppush", k(2), 0)
        do(m, "ppush", k(3), 0)
        do(m, "uupdate", b"", k(3), 0)
        do(m, "ulookup", b"")
        do(m, "uupdate", b"", k(4), 2)
        do(m, "ppush", k(5), 2)
        do(m, "ulookup", b"")
        do(m, "ulookup", b"", 4)
        do(m, "udelete", b"")
        do(m, "unext", b"")
        do(m, "utake", b"", 4)
        do(m, "utake", b"")
        do(m, "ppeek")
        do(m, "utake", b"")
        do(m, "utake", b"")
        do(m, "ufreeze")
        do(m, "uupdate", b"", k(4), 0)
        do(m, "utake", b"")
        do(m, "ulookup", b"")
    m = new("bloom_filter", 0, 4, 100)
    do(m, "ucontains", k(1))
    do(m, "uupdate", b"", k(1), 0)
    do(m, "ucontains", k(1))
    for flags in (1, 2, 4):
        do(m, "uupdate", b"", k(2), flags)
        do(m, "ppush", k(2), flags)
    do(m, "ppeek", k(1))
    do(m, "ppeek", k(2))
    do(m, "ppush", k(2), 0)
    do(m, "ppeek", k(2))
    do(m, "udelete", b"")
    do(m, "unext", b"")
    do(m, "utake", b"")
    do(m, "ufreeze")
    do(m, "uupdate", b"", k(5), 0)


def rings():
    for kind in ("ringbuf", "user_ringbuf"):
        m = new(kind, 0, 0, 4096)
        for op in ("ulookup", "udelete", "unext", "utake"):
            do(m, op, b"")
        do(m, "uupdate", b"", b"", 0)
        do(m, "ufreeze")


def redirects():
    for kind in ("devmap", "devmap_hash"):
        for value in (4, 8):
            m = new(kind, 4, value, 2)
            v = lambda i, prog=-1: k(i) + struct.pack("<i", prog) if value == 8 else k(i)
            do(m, "unext", None)
            for flags in (0, 1, 2, 3, 4):
                for key in (0, 2, 7):
                    for ifindex in (0, 1, 9999):
                        do(m, "uupdate", k(key), v(ifindex), flags)
            if value == 8:
                do(m, "uupdate", k(0), v(1, 0), 0)
                do(m, "uupdate", k(0), v(1, 9999), 0)
                do(m, "uupdate", k(0), v(0, 9999), 0)
            for key in (0, 1, 2, 7):
                for op in ("ulookup", "plookup", "udelete", "udelete", "ulookup", "utake", "pdelete"):
                    do(m, op, k(key))
            for key in (None, k(0), k(1), k(2)) if kind == "devmap" else ():
                do(m, "unext", key)
            do(m, "ufreeze")
            do(m, "uupdate", k(0), v(1), 0)
    for value in (4, 8):
        m = new("cpumap", 4, value, 4)
        v = lambda q, prog=0: k(q) + struct.pack("<i", prog) if value == 8 else k(q)
        for flags in (0, 1, 2, 3, 4):
            for key in (0, 2, 4):
                for qsize in (0, 64, 16384, 16385):
                    do(m, "uupdate", k(key), v(qsize), flags)
        if value == 8:
            do(m, "uupdate", k(0), v(64, 9999), 0)
        for key in (0, 1, 4):
            for op in ("ulookup", "udelete", "udelete", "ulookup", "utake"):
                do(m, op, k(key))
        for key in (None, k(0), k(3), k(4)):
            do(m, "unext", key)
        do(m, "ufreeze")
    m = new("xskmap", 4, 4, 2)
    for flags in (0, 1, 2, 3, 4):
        for key in (0, 2):
            do(m, "uupdate", k(key), k(9999), flags)
    for key in (0, 1, 2):
        for op in ("ulookup", "plookup", "udelete", "utake"):
            do(m, op, k(key))
    for key in (None, k(0), k(1), k(2)):
        do(m, "unext", key)
    do(m, "ufreeze")


def main():
    limit_memory()
    for part in (hashes, modes, arrays, descriptors, tries, queues, rings, redirects):
        part()
    print("# What Linux %s answers; written by src/test/kernel/map_ops.py on 2 CPUs." % os.uname().release.split("-")[0])
    print("# map TYPE key_size value_size max_entries flags; u*: bpf(2), p*: helpers of an XDP program")
    print("\n".join(OUT))


if __name__ == "__main__":
    main()
