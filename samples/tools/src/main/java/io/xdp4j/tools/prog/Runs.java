package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.UnsupportedException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.testrun.TestContext;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.testrun.TestRunException;
import io.xdp4j.ebpf.vm.TrapException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs of a program on the packets of a request.
final class Runs {
    private Runs() {}

    /// The `runs` of an answer: an element for each of the request's `data`.
    static List<Object> of(BpfProgram program, Json request, @Nullable TestContext context) {
        boolean wantsR0 = request.at("want_r0").flag(false);
        List<Object> runs = new ArrayList<>();
        for (Json packet : request.at("data").list()) {
            runs.add(run(program, packet.hex(), context, wantsR0));
        }
        return runs;
    }

    private static Map<String, Object> run(
            BpfProgram program, byte[] packet, @Nullable TestContext context, boolean wantsR0) {
        try {
            TestRun.Result result = program.testRun(packet, new TestRun.Options(1, false, context));
            return form(result.r0(), result.data(), wantsR0);
        } catch (TestRunException e) {
            return Map.of("err", Errno.nameOf(e.errno()));
        } catch (TrapException e) {
            return trapped(e);
        } catch (UnsupportedException e) {
            return Map.of("err", "EOPNOTSUPP", "error", String.valueOf(e.getMessage()));
        }
    }

    /// A run that came to an end.
    static Map<String, Object> form(long r0, byte[] data, boolean wantsR0) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("retval", Integer.toUnsignedLong((int) r0));
        if (wantsR0) {
            run.put("r0", "0x" + Long.toHexString(r0));
        }
        run.put("data_out", HexFormat.of().formatHex(data));
        return run;
    }

    /// A run that checked memory, or the budget, stopped.
    static Map<String, Object> trapped(TrapException trap) {
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("err", "EFAULT");
        run.put("error", String.valueOf(trap.getMessage()));
        return run;
    }

    /// R of a packet.
    static List<Object> result(BpfProgram program, byte[] packet, @Nullable TestContext context) {
        try {
            return Forms.result(
                    program.testRun(packet, new TestRun.Options(1, false, context)), packet);
        } catch (TestRunException e) {
            return Forms.refused(e.errno());
        } catch (TrapException e) {
            return List.of("EFAULT", String.valueOf(e.getMessage()));
        }
    }
}
