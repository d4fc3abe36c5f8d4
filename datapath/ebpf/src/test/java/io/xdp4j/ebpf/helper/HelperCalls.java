package io.xdp4j.ebpf.helper;

import static java.util.Objects.requireNonNull;

import io.xdp4j.ebpf.map.RedirectMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.XdpMd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// Helpers called as a program would, on memory of their own.
final class HelperCalls implements AutoCloseable {
    final Arena arena = Arena.ofConfined();
    final BpfRuntime runtime;
    final BpfMachine machine;

    HelperCalls(BpfRuntime runtime) {
        this.runtime = runtime;
        this.machine = new BpfMachine(runtime, 0, arena);
    }

    HelperCalls() {
        this(new BpfRuntime(2));
    }

    long call(String helper, long... args) {
        HelperFunction function =
                requireNonNull(requireNonNull(HelperTable.byName(helper), helper).function());
        return call(function, args);
    }

    long call(HelperFunction function, long... args) {
        long[] r = java.util.Arrays.copyOf(args, 5);
        return function.call(machine, r[0], r[1], r[2], r[3], r[4]);
    }

    long memory(byte... bytes) {
        long address = arena.allocate(Math.max(bytes.length, 1), 8).address();
        RawMemory.copyIn(bytes, 0, address, bytes.length);
        return address;
    }

    long memory(String text) {
        return memory((text + "\0").getBytes(StandardCharsets.ISO_8859_1));
    }

    long zeros(int length) {
        return memory(new byte[length]);
    }

    /// Puts a packet of zeros in, of one page at most.
    Frame packet(int length) {
        Frame frame = new Frame(arena.allocate(4096, 64).address());
        frame.load(length);
        machine.run((_, _, _, _, _, _, _) -> 0, frame);
        return frame;
    }

    /// A packet on a page with the kernel's headroom.
    static final class Frame extends XdpMd {
        private final long page;

        private Frame(long page) {
            this.page = page;
        }

        private void load(int length) {
            setFrame(page, page + 4096, page + 256, page + 256 + length, page + 256);
            setOrigin(1, 0, 0);
        }

        @Override
        public int redirect(int ifindex, long flags) {
            return flags != 0 ? 0 : 4;
        }

        @Override
        public int redirectMap(RedirectMap map, int key, long flags) {
            return (int) flags & 3;
        }
    }

    byte[] read(long address, int length) {
        byte[] bytes = new byte[length];
        RawMemory.copyOut(address, bytes, 0, length);
        return bytes;
    }

    String text(long address) {
        StringBuilder text = new StringBuilder();
        for (long at = address; RawMemory.u8(at) != 0; at++) {
            text.append((char) RawMemory.u8(at));
        }
        return text.toString();
    }

    @Override
    public void close() {
        arena.close();
    }

    /// Bytes of a hex field; `-` is none.
    static byte[] hex(String field) {
        return field.equals("-") ? new byte[0] : HexFormat.of().parseHex(field);
    }

    /// The cases of a recorded file, split at blanks; lines that begin with `#` left out.
    static List<String[]> recorded(String file) throws IOException {
        try (InputStream in =
                        requireNonNull(
                                HelperCalls.class.getResourceAsStream("/helpers/" + file), file);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", -1))
                    .toList();
        }
    }
}
