package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.List;

/// Strings in memory that need not be there.
final class StringKfuncs {
    private StringKfuncs() {}

    static List<KfuncProto> protos() {
        return List.of(
                KfuncProto.parse("int bpf_strcmp(const char *s1__ign, const char *s2__ign)")
                        .does(StringKfuncs::strcmp),
                KfuncProto.parse("int bpf_strcasecmp(const char *s1__ign, const char *s2__ign)")
                        .does(StringKfuncs::strcasecmp),
                KfuncProto.parse("int bpf_strchr(const char *s__ign, char c)")
                        .does(StringKfuncs::strchr),
                KfuncProto.parse("int bpf_strchrnul(const char *s__ign, char c)")
                        .does(StringKfuncs::strchrnul),
                KfuncProto.parse("int bpf_strnchr(const char *s__ign, size_t count, char c)")
                        .does(StringKfuncs::strnchr),
                KfuncProto.parse("int bpf_strrchr(const char *s__ign, int c)")
                        .does(StringKfuncs::strrchr),
                KfuncProto.parse("int bpf_strlen(const char *s__ign)").does(StringKfuncs::strlen),
                KfuncProto.parse("int bpf_strnlen(const char *s__ign, size_t count)")
                        .does(StringKfuncs::strnlen),
                KfuncProto.parse("int bpf_strspn(const char *s__ign, const char *accept__ign)")
                        .does(StringKfuncs::strspn),
                KfuncProto.parse("int bpf_strcspn(const char *s__ign, const char *reject__ign)")
                        .does(StringKfuncs::strcspn),
                KfuncProto.parse("int bpf_strstr(const char *s1__ign, const char *s2__ign)")
                        .does(StringKfuncs::strstr),
                KfuncProto.parse(
                                "int bpf_strnstr(const char *s1__ign, const char *s2__ign, size_t len)")
                        .does(StringKfuncs::strnstr));
    }

    private static final int MAX_LENGTH = 1 << 20;

    /// The byte there, or -EFAULT where the program may not read.
    private static int at(BpfMachine machine, long address) {
        return machine.isLive(address, 1) ? RawMemory.u8(address) : -Errno.EFAULT;
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    private static long compare(BpfMachine machine, long one, long other, boolean anyCase) {
        for (int i = 0; i < MAX_LENGTH; i++) {
            int a = at(machine, one + i);
            int b = at(machine, other + i);
            if (a < 0 || b < 0) {
                return -Errno.EFAULT;
            }
            if (anyCase) {
                a = lower(a);
                b = lower(b);
            }
            if (a != b) {
                return a < b ? -1 : 1;
            }
            if (a == 0) {
                return 0;
            }
        }
        return -Errno.E2BIG;
    }

    /// Where `c` is in the first `limit` bytes: its place, or -ENOENT behind the end.
    private static long find(BpfMachine machine, long text, int c, long limit, boolean orEnd) {
        for (int i = 0; i < MAX_LENGTH && i < limit; i++) {
            int at = at(machine, text + i);
            if (at < 0 || at == (c & 0xff)) {
                return at < 0 ? at : i;
            }
            if (at == 0) {
                return orEnd ? i : -Errno.ENOENT;
            }
        }
        return limit <= MAX_LENGTH ? -Errno.ENOENT : -Errno.E2BIG;
    }

    private static long length(BpfMachine machine, long text, long limit) {
        for (int i = 0; i < MAX_LENGTH && i < limit; i++) {
            int at = at(machine, text + i);
            if (at <= 0) {
                return at < 0 ? at : i;
            }
        }
        return limit <= MAX_LENGTH ? limit : -Errno.E2BIG;
    }

    /// Bytes at the start of `text` that are in `set`, or that are not.
    private static long span(BpfMachine machine, long text, long set, boolean in) {
        for (int i = 0; i < MAX_LENGTH; i++) {
            int at = at(machine, text + i);
            if (at <= 0) {
                return at < 0 ? at : i;
            }
            long found = find(machine, set, at, Long.MAX_VALUE, false);
            if (found == -Errno.EFAULT || found == -Errno.E2BIG) {
                return found;
            }
            if (found >= 0 != in) {
                return i;
            }
        }
        return -Errno.E2BIG;
    }

    private static long findText(BpfMachine machine, long text, long what, long limit) {
        for (int i = 0; i < MAX_LENGTH; i++) {
            for (int j = 0; ; j++) {
                int wanted = at(machine, what + j);
                if (wanted <= 0) {
                    return wanted < 0 ? wanted : i;
                }
                if (i + j >= limit) {
                    return -Errno.ENOENT;
                }
                int at = at(machine, text + i + j);
                if (at <= 0) {
                    return at < 0 ? at : -Errno.ENOENT;
                }
                if (at != wanted) {
                    break;
                }
            }
        }
        return -Errno.E2BIG;
    }

    static long strcmp(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return compare(machine, r1, r2, false);
    }

    static long strcasecmp(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return compare(machine, r1, r2, true);
    }

    static long strchr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return find(machine, r1, (int) r2, Long.MAX_VALUE, false);
    }

    static long strchrnul(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return find(machine, r1, (int) r2, Long.MAX_VALUE, true);
    }

    static long strnchr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return find(machine, r1, (int) r3, r2 < 0 ? Long.MAX_VALUE : r2, false);
    }

    static long strlen(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return length(machine, r1, Long.MAX_VALUE);
    }

    static long strnlen(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return length(machine, r1, r2 < 0 ? Long.MAX_VALUE : r2);
    }

    static long strspn(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return span(machine, r1, r2, true);
    }

    static long strcspn(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return span(machine, r1, r2, false);
    }

    static long strstr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return findText(machine, r1, r2, Long.MAX_VALUE);
    }

    static long strnstr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return findText(machine, r1, r2, r3 < 0 ? Long.MAX_VALUE : r3);
    }

    static long strrchr(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long last = -Errno.ENOENT;
        for (int i = 0; i < MAX_LENGTH; i++) {
            int at = at(machine, r1 + i);
            if (at < 0) {
                return at;
            }
            if (at == (r2 & 0xff)) {
                last = i;
            }
            if (at == 0) {
                return last;
            }
        }
        return -Errno.E2BIG;
    }
}
