package io.xdp4j.conformance.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.Repository;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.collection.RejectedProgramException;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.verifier.Explanation;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.witness.Witness;
import io.xdp4j.ebpf.witness.WitnessSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each bad program of `resources/rejected` is explained as the `.txt` beside it says.
///
/// `-Dxdp4j.approve=true` writes those files; read what changed before you commit it.
final class ExplanationsTest {
    private static final String FOLDER = "datapath/conformance/src/test/resources/rejected/";

    static Stream<Path> objects() {
        return Repository.files(FOLDER + "*.bpf.o").stream();
    }

    @ParameterizedTest
    @MethodSource("objects")
    void explainsAsApproved(Path object) throws IOException {
        Path file = Repository.root().resolve(object);
        Path approved = Path.of(file.toString().replace(".bpf.o", ".txt"));
        String text = String.join("\n", explained(Collection.read(file))) + "\n";
        if (Boolean.getBoolean("xdp4j.approve")) {
            Files.writeString(approved, text);
        }
        assertThat(approved).exists();
        assertThat(text).isEqualTo(Files.readString(approved));
    }

    private static List<String> explained(CollectionSpec object) {
        List<String> lines = new ArrayList<>();
        try (Collection live = Collection.load(object, LoadOptions.DEFAULT.withKeepGoing(true))) {
            for (ProgramSpec program : object.programs()) {
                assertThat(live.rejected()).containsKey(program.name());
                if (live.rejected().get(program.name()) instanceof RejectedProgramException e) {
                    Explanation why = e.verification().explanation();
                    if (why == null) {
                        throw new AssertionError(program.name() + ": no explanation");
                    }
                    lines.addAll(why.lines(program.name()));
                    lines.add("  witness     " + witness(object, program, why));
                }
            }
        }
        return lines;
    }

    private static String witness(CollectionSpec object, ProgramSpec program, Explanation why) {
        LoadOptions unverified =
                LoadOptions.DEFAULT
                        .withVerify(false)
                        .withKeepGoing(true)
                        .withEngine(Engine.INTERP)
                        .withRuntime(
                                new BpfRuntime(2, BpfClock.fixed(1), 1, _ -> {}),
                                0,
                                TestRun.Ingress.LOOPBACK);
        try (Collection live = Collection.load(object, unverified)) {
            if (!live.programs().containsKey(program.name())) {
                return "cannot run unverified";
            }
            WitnessSearch.Outcome outcome = WitnessSearch.search(live, program.name(), why);
            Witness witness = outcome.witness();
            if (witness == null) {
                return outcome.runs() == 0 ? "none looked for" : "none found";
            }
            // addresses, and what is near them, differ from run to run
            return witness.packetHex()
                    + " "
                    + witness.maps()
                    + " "
                    + witness.trip().replaceAll(" at 0x.*", "");
        }
    }
}
