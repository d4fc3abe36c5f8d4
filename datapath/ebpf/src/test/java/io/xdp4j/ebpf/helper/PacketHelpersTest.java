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

class PacketHelpersTest {
    private static final int BUFFER = 256;

    private static byte[] pattern(int length, int factor) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * factor);
        }
        return bytes;
    }

    /// Runs one operation; its result as the file has it.
    private static String apply(HelperCalls calls, BpfMachine machine, String operation) {
        String[] parts = operation.split(":", -1);
        String helper =
                switch (parts[0]) {
                    case "head", "meta", "tail" -> "xdp_adjust_" + parts[0];
                    case "len" -> "xdp_get_buff_len";
                    case "load" -> "xdp_load_bytes";
                    default -> "xdp_store_bytes";
                };
        HelperFunction function =
                requireNonNull(requireNonNull(HelperTable.byName(helper)).function());
        if (!parts[1].contains("+")) {
            return Long.toString(function.call(machine, 0, Integer.parseInt(parts[1]), 0, 0, 0));
        }
        String[] range = parts[1].split("\\+", -1);
        boolean load = parts[0].equals("load");
        long buffer = calls.memory(load ? new byte[BUFFER] : pattern(BUFFER, 3));
        int size = Integer.parseInt(range[1]);
        long r0 = function.call(machine, 0, Integer.parseInt(range[0]), buffer, size, 0);
        if (!load) {
            return Long.toString(r0);
        }
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += RawMemory.u8(buffer + i);
        }
        return r0 + ":" + sum;
    }

    private static String hash(byte[] bytes) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        return HexFormat.of().formatHex(digest).substring(0, 16);
    }

    @Test
    void movesAndCopiesAsTheKernel() throws IOException, GeneralSecurityException {
        List<String> wrong = new ArrayList<>();
        try (HelperCalls calls = new HelperCalls();
                TestRun run = new TestRun(calls.machine, TestRun.Ingress.LOOPBACK)) {
            for (String[] c : HelperCalls.recorded("packet_helpers.txt")) {
                List<String> results = new ArrayList<>();
                TestRun.Result result =
                        run.run(
                                (machine, _, _, _, _, _, _) -> {
                                    for (String operation : c[1].split(",", -1)) {
                                        results.add(apply(calls, machine, operation));
                                    }
                                    return 2;
                                },
                                pattern(Integer.parseInt(c[0]), 7),
                                TestRun.Options.ONCE);
                byte[] out = result.data();
                String got = String.join(",", results) + " " + out.length + " " + hash(out);
                if (!got.equals(c[2] + " " + c[3] + " " + c[4])) {
                    wrong.add(String.join(" ", c) + "\n  got " + got);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
