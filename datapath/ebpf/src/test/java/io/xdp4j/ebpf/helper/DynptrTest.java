package io.xdp4j.ebpf.helper;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DynptrTest {
    private static final int BUFFER = 200;
    private static final int MEMORY = 64;

    /// The two dynptrs of a case and what is behind the second.
    private record Pointers(HelperCalls calls, BpfMachine machine, long a, long b, long memory) {
        long at(String name) {
            return name.equals("a") ? a : b;
        }

        long kfunc(String name, long... args) {
            KfuncProto proto = requireNonNull(KfuncTable.byName("bpf_dynptr_" + name), name);
            return run(requireNonNull(proto.function()), args);
        }

        long helper(String name, long... args) {
            HelperProto proto = requireNonNull(HelperTable.byName("dynptr_" + name), name);
            return run(requireNonNull(proto.function()), args);
        }

        private long run(HelperFunction function, long... args) {
            long[] r = java.util.Arrays.copyOf(args, 5);
            return function.call(machine, r[0], r[1], r[2], r[3], r[4]);
        }

        String apply(String operation) {
            String[] parts = operation.split(":", -1);
            long p = at(parts[1]);
            String[] numbers = parts[2].split("\\+", -1);
            long one = Long.parseLong(numbers[0]);
            long two = numbers.length > 1 ? Long.parseLong(numbers[1]) : 0;
            return switch (parts[0]) {
                case "adjust" -> "" + kfunc("adjust", p, one, two);
                case "size" -> "" + kfunc("size", p);
                case "memset" -> "" + kfunc("memset", p, one, two, 171);
                case "copy" ->
                        "" + kfunc("copy", p, one, p == a ? b : a, two, Long.parseLong(numbers[2]));
                case "write" -> "" + helper("write", p, one, calls.memory(pattern(BUFFER, 3)), two);
                case "read" -> {
                    long buffer = calls.zeros(BUFFER);
                    yield helper("read", buffer, two, p, one) + ":" + ends(buffer, (int) two);
                }
                default -> {
                    long slice = kfunc("slice", p, one, calls.zeros(BUFFER), two);
                    yield slice == 0 ? "-1:0" : "0:" + ends(slice, (int) two);
                }
            };
        }
    }

    private static byte[] pattern(int length, int factor) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * factor);
        }
        return bytes;
    }

    private static int ends(long address, int length) {
        return RawMemory.u8(address) * 256 + RawMemory.u8(address + length - 1);
    }

    private static String hash(byte[] bytes) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        return HexFormat.of().formatHex(digest).substring(0, 16);
    }

    @Test
    void workAsTheKernels() throws IOException, GeneralSecurityException {
        List<String> wrong = new ArrayList<>();
        try (HelperCalls calls = new HelperCalls();
                TestRun run = new TestRun(calls.machine, TestRun.Ingress.LOOPBACK)) {
            for (String[] c : HelperCalls.recorded("dynptr.txt")) {
                List<String> results = new ArrayList<>();
                long memory = calls.memory(pattern(MEMORY, 5));
                TestRun.Result result =
                        run.run(
                                (machine, _, _, _, _, _, _) -> {
                                    Pointers pointers =
                                            new Pointers(
                                                    calls,
                                                    machine,
                                                    calls.zeros(16),
                                                    calls.zeros(16),
                                                    memory);
                                    pointers.kfunc("from_xdp", 0, 0, pointers.a);
                                    pointers.helper("from_mem", memory, MEMORY, 0, pointers.b);
                                    for (String operation : c[1].split(",", -1)) {
                                        results.add(pointers.apply(operation));
                                    }
                                    return 2;
                                },
                                pattern(Integer.parseInt(c[0]), 7),
                                TestRun.Options.ONCE);
                String got =
                        String.join(",", results)
                                + " "
                                + hash(result.data())
                                + " "
                                + hash(calls.read(memory, MEMORY));
                if (!got.equals(c[2] + " " + c[3] + " " + c[4])) {
                    wrong.add(String.join(" ", c) + "\n  got " + got);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
