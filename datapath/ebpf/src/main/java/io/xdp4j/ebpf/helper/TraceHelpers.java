package io.xdp4j.ebpf.helper;

import static io.xdp4j.ebpf.helper.ArgType.ANYTHING;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE;
import static io.xdp4j.ebpf.helper.ArgType.CONST_SIZE_OR_ZERO;
import static io.xdp4j.ebpf.helper.ArgType.CONST_STR;
import static io.xdp4j.ebpf.helper.ArgType.MEM;
import static io.xdp4j.ebpf.helper.ArgType.MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM;
import static io.xdp4j.ebpf.helper.ArgType.WRITABLE_MEM_OR_NULL;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.FORMATS;
import static io.xdp4j.ebpf.helper.HelperProto.Trait.GPL_ONLY;
import static io.xdp4j.ebpf.helper.RetType.INTEGER;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Text: trace output and formatting.
///
/// Kernel: `bpf_snprintf`, `bpf_trace_printk`; not for the hot path.
final class TraceHelpers {
    private TraceHelpers() {}

    static List<HelperProto> protos() {
        return List.of(
                HelperProto.of(6, "trace_printk", INTEGER, MEM, CONST_SIZE)
                        .with(GPL_ONLY, FORMATS)
                        .does(TraceHelpers::print),
                HelperProto.of(
                                149,
                                "snprintf_btf",
                                INTEGER,
                                WRITABLE_MEM,
                                CONST_SIZE,
                                MEM,
                                CONST_SIZE,
                                ANYTHING)
                        .does(TraceHelpers::describe),
                HelperProto.of(
                                165,
                                "snprintf",
                                INTEGER,
                                WRITABLE_MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO,
                                CONST_STR,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY, FORMATS)
                        .does(TraceHelpers::format),
                HelperProto.of(
                                177,
                                "trace_vprintk",
                                INTEGER,
                                MEM,
                                CONST_SIZE,
                                MEM_OR_NULL,
                                CONST_SIZE_OR_ZERO)
                        .with(GPL_ONLY, FORMATS)
                        .does(TraceHelpers::printAll));
    }

    private static final int MAX_ARGS_BYTES = 12 * 8;
    private static final int MAX_LINE = 1023;

    static long print(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return trace(machine, r1, (int) r2, new long[] {r3, r4, r5});
    }

    static long printAll(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long[] args = args(r3, r4);
        return args == null ? -Errno.EINVAL : trace(machine, r1, (int) r2, args);
    }

    private static long trace(BpfMachine machine, long format, int size, long[] args) {
        String read = TextFormat.read(format, size);
        if (read == null) {
            return -Errno.EINVAL;
        }
        TextFormat run = new TextFormat(machine, read, args);
        int error = run.run();
        if (error != 0) {
            return error;
        }
        StringBuilder text = run.text();
        byte[] line = bytes(text, Math.min(text.length(), MAX_LINE));
        machine.runtime().trace(new String(line, StandardCharsets.UTF_8));
        return text.length();
    }

    static long format(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        long[] args = args(r4, r5);
        String format = args == null ? null : TextFormat.read(r3, Integer.MAX_VALUE);
        if (args == null || format == null) {
            return -Errno.EINVAL;
        }
        TextFormat run = new TextFormat(machine, format, args);
        int error = run.run();
        if (error != 0) {
            return error;
        }
        StringBuilder text = run.text();
        int size = (int) r2;
        if (size > 0) {
            int length = Math.min(text.length(), size - 1);
            RawMemory.copyIn(bytes(text, length), 0, r1, length);
            RawMemory.putByte(r1 + length, 0);
        }
        return text.length() + 1L;
    }

    private static long @Nullable [] args(long address, long length) {
        int bytes = (int) length;
        if ((bytes & 7) != 0 || Integer.compareUnsigned(bytes, MAX_ARGS_BYTES) > 0) {
            return null;
        }
        long[] args = new long[bytes / 8];
        for (int i = 0; i < args.length; i++) {
            args[i] = RawMemory.getLong(address + 8L * i);
        }
        return args;
    }

    private static byte[] bytes(StringBuilder text, int length) {
        return text.substring(0, length).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// `bpf_snprintf_btf`: there are no kernel types to print by.
    static long describe(BpfMachine machine, long r1, long r2, long r3, long r4, long r5) {
        return -Errno.EOPNOTSUPP;
    }
}
