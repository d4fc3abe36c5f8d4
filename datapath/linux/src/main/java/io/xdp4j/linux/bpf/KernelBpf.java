package io.xdp4j.linux.bpf;

import io.xdp4j.linux.BpfCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Maps and programs of the live kernel.
///
/// - Thread: any.
/// - Owns: nothing; descriptors are closed with [Fd#close].
/// - Fails: `-errno`, never by exception.
/// - Kernel: `bpf(2)`.
@SuppressWarnings("ArrayRecordComponent") // bytes on their way to the kernel, never compared
public final class KernelBpf {
    private static final int MAP_CREATE = 0;
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int MAP_UPDATE_ELEM = 2;
    private static final int MAP_DELETE_ELEM = 3;
    private static final int MAP_GET_NEXT_KEY = 4;
    private static final int PROG_LOAD = 5;
    private static final int PROG_TEST_RUN = 10;
    private static final int BTF_LOAD = 18;
    private static final int MAP_LOOKUP_AND_DELETE_ELEM = 21;
    private static final int MAP_FREEZE = 22;

    private static final int INSN_BYTES = 8;

    private KernelBpf() {}

    /// What a map is to be (`BPF_MAP_CREATE`).
    ///
    /// @param innerMapFd template of a map of maps, 0 for none
    /// @param btfFd types, 0 for none
    public record MapAttributes(
            String name,
            int type,
            int keySize,
            int valueSize,
            int maxEntries,
            int flags,
            int innerMapFd,
            long mapExtra,
            int btfFd,
            int btfKeyTypeId,
            int btfValueTypeId) {
        /// A plain map.
        public static MapAttributes of(
                String name, int type, int keySize, int valueSize, int maxEntries, int flags) {
            return new MapAttributes(
                    name, type, keySize, valueSize, maxEntries, flags, 0, 0, 0, 0, 0);
        }
    }

    /// A new map's descriptor, or `-errno`.
    public static int createMap(MapAttributes map) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, map.type())
                    .u32(4, map.keySize())
                    .u32(8, map.valueSize())
                    .u32(12, map.maxEntries())
                    .u32(16, map.flags())
                    .u32(20, map.innerMapFd())
                    .name(28, map.name())
                    .u32(48, map.btfFd())
                    .u32(52, map.btfKeyTypeId())
                    .u32(56, map.btfValueTypeId())
                    .u64(64, map.mapExtra());
            return call(MAP_CREATE, attr);
        }
    }

    /// Reads a value into `value`: 0 or `-errno`.
    public static int lookup(int map, byte[] key, byte[] value) {
        return lookup(map, key, value, 0);
    }

    /// Reads a value into `value`: 0 or `-errno`.
    ///
    /// @param flags `BPF_F_LOCK` or 0; for a bloom filter `value` is what is asked for
    public static int lookup(int map, byte[] key, byte[] value, long flags) {
        return read(MAP_LOOKUP_ELEM, map, key, value, flags);
    }

    /// Takes a value out into `value`: 0 or `-errno`.
    public static int lookupAndDelete(int map, byte[] key, byte[] value, long flags) {
        return read(MAP_LOOKUP_AND_DELETE_ELEM, map, key, value, flags);
    }

    /// 0 or `-errno`.
    public static int update(int map, byte[] key, byte[] value, long flags) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, map).pointer(8, key).pointer(16, value).u64(24, flags);
            return call(MAP_UPDATE_ELEM, attr);
        }
    }

    /// 0 or `-errno`.
    public static int delete(int map, byte[] key) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, map).pointer(8, key);
            return call(MAP_DELETE_ELEM, attr);
        }
    }

    /// Puts the key behind `key` (an empty one asks for the first) into `next`: 0 or `-errno`.
    public static int nextKey(int map, byte[] key, byte[] next) {
        return read(MAP_GET_NEXT_KEY, map, key, next, 0);
    }

    private static int read(int command, int map, byte[] key, byte[] into, long flags) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, map).pointer(8, key).u64(24, flags);
            MemorySegment buffer = attr.buffer(16, into.length);
            MemorySegment.copy(into, 0, buffer, ValueLayout.JAVA_BYTE, 0, into.length);
            int result = call(command, attr);
            if (result == 0) {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, into, 0, into.length);
            }
            return result;
        }
    }

    /// Refuses changes from user space from here on: 0 or `-errno`.
    public static int freeze(int map) {
        try (BpfAttr attr = new BpfAttr()) {
            return call(MAP_FREEZE, attr.u32(0, map));
        }
    }

    /// A descriptor of loaded types, or `-errno`.
    public static int loadBtf(byte[] btf) {
        try (BpfAttr attr = new BpfAttr()) {
            return call(BTF_LOAD, attr.pointer(0, btf).u32(16, btf.length));
        }
    }

    /// A program to load (`BPF_PROG_LOAD`).
    ///
    /// @param insns encoded, eight bytes each, maps by descriptor
    /// @param logBytes size of the log buffer, 0 for no log
    /// @param btfFd types, 0 for none
    /// @param funcInfo records of eight bytes
    public record ProgramAttributes(
            String name,
            int type,
            int expectedAttachType,
            byte[] insns,
            String license,
            int flags,
            int logLevel,
            int logBytes,
            int btfFd,
            byte[] funcInfo) {
        /// A program without types.
        public static ProgramAttributes of(String name, int type, byte[] insns, String license) {
            return new ProgramAttributes(
                    name, type, 0, insns, license, 0, 1, 1 << 20, 0, new byte[0]);
        }
    }

    /// The kernel's verdict.
    ///
    /// @param fd descriptor, or `-errno`
    public record LoadResult(int fd, String log) {}

    /// Loads a program.
    public static LoadResult loadProgram(ProgramAttributes program) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, program.type())
                    .u32(4, program.insns().length / INSN_BYTES)
                    .pointer(8, program.insns())
                    .text(16, program.license())
                    .u32(44, program.flags())
                    .name(48, program.name())
                    .u32(68, program.expectedAttachType());
            if (program.btfFd() != 0) {
                attr.u32(72, program.btfFd())
                        .u32(76, 8)
                        .pointer(80, program.funcInfo())
                        .u32(88, program.funcInfo().length / 8);
            }
            if (program.logBytes() == 0) {
                return new LoadResult(call(PROG_LOAD, attr), "");
            }
            attr.u32(24, program.logLevel()).u32(28, program.logBytes());
            MemorySegment log = attr.buffer(32, program.logBytes());
            int fd = call(PROG_LOAD, attr);
            return new LoadResult(fd, log.getString(0, StandardCharsets.UTF_8));
        }
    }

    /// What a test run gave.
    ///
    /// @param result 0 or `-errno`
    /// @param durationNanos mean of one run
    public record RunResult(
            int result, int retval, byte[] data, byte[] context, int durationNanos) {}

    /// Runs a program on a packet (`BPF_PROG_TEST_RUN`).
    ///
    /// @param context `struct xdp_md` to start with, or empty
    /// @param outBytes room for the packet after the run
    public static RunResult testRun(
            int program, byte[] data, byte[] context, int outBytes, int repeat) {
        try (BpfAttr attr = new BpfAttr()) {
            attr.u32(0, program)
                    .u32(8, data.length)
                    .u32(12, outBytes)
                    .pointer(16, data)
                    .u32(32, repeat)
                    .u32(40, context.length)
                    .u32(44, context.length)
                    .pointer(48, context);
            MemorySegment out = attr.buffer(24, outBytes);
            MemorySegment contextOut = attr.buffer(56, context.length);
            if (context.length == 0) {
                attr.u64(56, 0);
            }
            int result = call(PROG_TEST_RUN, attr);
            byte[] packet = new byte[Math.clamp(attr.u32(12), 0, outBytes)];
            MemorySegment.copy(out, ValueLayout.JAVA_BYTE, 0, packet, 0, packet.length);
            byte[] after = Arrays.copyOf(context, context.length);
            MemorySegment.copy(contextOut, ValueLayout.JAVA_BYTE, 0, after, 0, after.length);
            return new RunResult(result, attr.u32(4), packet, after, attr.u32(36));
        }
    }

    static int call(int command, BpfAttr attr) {
        return BpfCall.bpf(command, attr.address(), attr.sizeBytes());
    }
}
