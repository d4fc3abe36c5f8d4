package io.xdp4j.ebpf.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.program.ProgramType;
import io.xdp4j.ebpf.verifier.ProgramFacts.Access;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class VerifierTest {
    static List<ProgramCase> programs() {
        return ProgramCase.read("/verifier/programs.txt");
    }

    @ParameterizedTest
    @MethodSource("programs")
    void decidesAsTheKernelDoes(ProgramCase program) {
        VerifierResult result =
                Verifier.verify(program.program(ProgramType.XDP), VerifierOptions.DEFAULT);
        String verdict =
                result.accepted() ? "accept " + result.processed() : "reject " + result.reason();
        assertThat(verdict).as(String.join("\n", result.log())).isEqualTo(program.expected());
    }

    static List<ProgramCase> unprivileged() {
        return ProgramCase.read("/verifier/privileges.txt");
    }

    @ParameterizedTest
    @MethodSource("unprivileged")
    void decidesAsTheKernelDoesForLoadersWithoutCapabilities(ProgramCase program) {
        VerifierOptions options =
                VerifierOptions.DEFAULT.withPrivilege(program.privilege(Privilege.NONE));
        VerifierResult result =
                Verifier.verify(program.program(ProgramType.SOCKET_FILTER), options);
        String verdict =
                result.accepted() ? "accept " + result.processed() : "reject " + result.reason();
        assertThat(verdict).as(String.join("\n", result.log())).isEqualTo(program.expected());
    }

    private static ProgramCase named(String name) {
        return programs().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void endsItsLogWithTheNumberOfInstructions() {
        VerifierResult result =
                Verifier.verify(
                        named("counted loop").program(ProgramType.XDP), VerifierOptions.DEFAULT);
        assertThat(result.log().getLast())
                .startsWith("processed 22 insns (limit 1000000) max_states_per_insn ");
    }

    @Test
    void showsThePathToAnErrorWithRegisterStates() {
        VerifierResult result =
                Verifier.verify(
                        named("packet with a check that is one byte short")
                                .program(ProgramType.XDP),
                        VerifierOptions.DEFAULT.withLogLevel(1));
        assertThat(result.log())
                .contains(
                        "0: R1=ctx() R10=fp0",
                        "0: (61) r2 = *(u32 *)(r1 +0)          ; R1=ctx() R2=pkt(r=0)",
                        "3: (07) r4 += 13                      ; R4=pkt(off=13,r=0)");
    }

    @Test
    void tellsContextLoadsFromMemory() {
        VerifierResult result =
                Verifier.verify(
                        named("packet with a check").program(ProgramType.XDP),
                        VerifierOptions.DEFAULT);
        assertThat(result.facts().access(0)).isEqualTo(Access.CONTEXT);
        assertThat(result.facts().access(6)).isEqualTo(Access.MEMORY);
        assertThat(result.facts().isReachable(7)).isTrue();
    }

    @Test
    void tellsConstantMapAndKeyOfALookup() {
        ProgramCase program = named("lookup of a constant index in an array");
        VerifierResult result =
                Verifier.verify(program.program(ProgramType.XDP), VerifierOptions.DEFAULT);
        assertThat(result.facts().constantKey(6)).isEqualTo(3);
        assertThat(result.facts().constantMap(6)).isNotNull();
    }
}
