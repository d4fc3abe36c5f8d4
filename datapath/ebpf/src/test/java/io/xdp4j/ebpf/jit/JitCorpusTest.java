package io.xdp4j.ebpf.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.isa.IsaCase;
import io.xdp4j.ebpf.program.LinkedProgram;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The instruction corpus, whose results a live kernel computed.
final class JitCorpusTest {
    private static final byte[] PACKET = new byte[64];

    static List<String> files() {
        return IsaCase.files();
    }

    @ParameterizedTest
    @MethodSource("files")
    void agreesWithTheKernelVerified(String file) {
        check(file, JitOptions.verified(1));
    }

    @ParameterizedTest
    @MethodSource("files")
    void agreesWithTheKernelVerifiedInPieces(String file) {
        check(file, JitOptions.verified(1).withMethodBytes(1));
    }

    @ParameterizedTest
    @MethodSource("files")
    void agreesWithTheKernelChecked(String file) {
        check(file, JitOptions.checked(1));
    }

    private static void check(String file, JitOptions options) {
        try (Programs programs = new Programs()) {
            for (IsaCase one : IsaCase.read(file)) {
                LinkedProgram program = Programs.xdp(one.name(), one.insns(), Map.of());
                assertThat(programs.run(programs.install(program, options), PACKET.clone()))
                        .as(one.name())
                        .isEqualTo(one.expected());
            }
        }
    }
}
