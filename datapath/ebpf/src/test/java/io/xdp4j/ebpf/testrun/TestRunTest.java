package io.xdp4j.ebpf.testrun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.testrun.TestRun.Options;
import io.xdp4j.ebpf.testrun.TestRun.Result;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.Executable;
import io.xdp4j.ebpf.vm.XdpMd;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The numbers are what Linux 6.18 answered.
final class TestRunTest {
    private static final Executable PASS = (_, _, _, _, _, _, _) -> 2;

    private final Arena arena = Arena.ofConfined();
    private final TestRun runs =
            new TestRun(new BpfMachine(new BpfRuntime(2), 0, arena), TestRun.Ingress.LOOPBACK);

    @AfterEach
    void close() {
        runs.close();
        arena.close();
    }

    private static Executable doing(ToIntFunction<XdpMd> action) {
        return (machine, _, _, _, _, _, _) -> action.applyAsInt(machine.xdp());
    }

    private static byte[] ones(int length) {
        byte[] packet = new byte[length];
        Arrays.fill(packet, (byte) 1);
        return packet;
    }

    private static Options with(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(words).forEach(bytes::putInt);
        return new Options(1, false, TestContext.parse(bytes.array()));
    }

    private String outcome(Executable program, byte[] packet, Options options) {
        try {
            Result result = runs.run(program, packet, options);
            return result.retval() + " " + result.data().length;
        } catch (TestRunException e) {
            return Errno.nameOf(e.errno());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, EINVAL",
        "13, EINVAL",
        "14, 2 14",
        "3520, 2 3520",
        "3521, 2 3521",
        "9000, 2 9000",
        "73152, 2 73152",
        "73153, ENOMEM"
    })
    void takesPacketsFromAHeaderToSeventeenFragments(int length, String expected) {
        assertThat(outcome(PASS, new byte[length], Options.ONCE)).isEqualTo(expected);
    }

    @Test
    void refusesAnEmptyPacketWithNameValueAndExpectation() {
        assertThatThrownBy(() -> runs.run(PASS, new byte[0], Options.ONCE))
                .isInstanceOf(TestRunException.class)
                .hasMessage("EINVAL: packet: 0 bytes (expected: at least 14)");
    }

    @ParameterizedTest
    @CsvSource({"-215, 0 279", "-216, 0 280", "-217, -22 64", "46, 0 18", "50, 0 14", "51, -22 64"})
    void movesTheHeadWithinTheHeadroom(int delta, String expected) {
        assertThat(outcome(doing(xdp -> xdp.adjustHead(delta)), ones(64), Options.ONCE))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "-32, 0 96",
        "-36, 0 100",
        "-3, -13 64",
        "-213, -13 64",
        "-216, 0 280",
        "-220, -22 64",
        "4, -22 64"
    })
    void outputBeginsAtTheMetadata(int delta, String expected) {
        assertThat(outcome(doing(xdp -> xdp.adjustMeta(delta)), ones(64), Options.ONCE))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "64, -46, 0 18",
        "64, -50, 0 14",
        "64, -51, -22 64",
        "64, 3456, 0 3520",
        "64, 3457, -22 64",
        "5000, 100, 0 5100",
        "5000, 2616, 0 7616",
        "5000, 2617, -22 5000",
        "5000, -1480, 0 3520",
        "5000, -1481, 0 3519",
        "5000, -4986, 0 14",
        "5000, -4987, -22 5000",
        "5000, -2147483648, 0 5000",
        "64, -2147483648, -22 64",
        "7616, 0, 0 7616",
        "7616, 1, -22 7616",
        "7616, -4097, 0 3519",
        "11712, -4100, 0 7612",
        "11712, -8193, 0 3519"
    })
    void movesTheTailAcrossFragments(int length, int delta, String expected) {
        assertThat(outcome(doing(xdp -> xdp.adjustTail(delta)), ones(length), Options.ONCE))
                .isEqualTo(expected);
    }

    @Test
    void growsWithZeroes() {
        Result result = runs.run(doing(xdp -> xdp.adjustTail(3)), ones(14), Options.ONCE);
        assertThat(result.data()).isEqualTo(Arrays.copyOf(ones(14), 17));
    }

    @Test
    void doesNotGrowFragmentsFromAnotherDevice() {
        assertThat(outcome(doing(xdp -> xdp.adjustTail(1)), ones(5000), with(0, 5000, 0, 2)))
                .isEqualTo("-95 5000");
    }

    @ParameterizedTest
    @CsvSource({
        "64, 0, 0, 0, 0, 0, 0, 2 64",
        "64, 0, 65, 0, 0, 0, 0, EINVAL",
        "64, 4, 64, 0, 0, 0, 0, 2 64",
        "64, 2, 64, 0, 0, 0, 0, EINVAL",
        "64, 36, 64, 0, 0, 0, 0, 2 64",
        "64, 52, 64, 0, 0, 0, 0, EINVAL",
        "64, 4, 17, 0, 0, 0, 0, 2 64",
        "17, 4, 17, 0, 0, 0, 0, EINVAL",
        "400, 16, 8, 0, 0, 0, 0, EINVAL",
        "400, 216, 400, 0, 0, 0, 0, 2 400",
        "400, 220, 400, 0, 0, 0, 0, EINVAL",
        "64, 0, 64, 4, 0, 0, 0, EINVAL",
        "64, 0, 64, 0, 1, 0, 0, 2 64",
        "64, 0, 64, 0, 1, 1, 0, EINVAL",
        "64, 0, 64, 0, 0, 1, 0, EINVAL",
        "64, 0, 64, 0, 99, 0, 0, ENODEV",
        "64, 0, 64, 0, 0, 0, 1, EINVAL",
        "73152, 0, 3519, 0, 0, 0, 0, ENOMEM",
        "73184, 32, 73184, 0, 0, 0, 0, 2 73184",
    })
    void readsTheContextAsTheKernelDoes(
            int length,
            int data,
            int end,
            int meta,
            int ingress,
            int queue,
            int egress,
            String expected) {
        assertThat(outcome(PASS, ones(length), with(data, end, meta, ingress, queue, egress)))
                .isEqualTo(expected);
    }

    @Test
    void refusesALongContextUnlessTheRestIsZero() {
        assertThat(TestContext.parse(new byte[28]).dataEnd()).isZero();
        byte[] odd = new byte[25];
        odd[24] = 1;
        assertThatThrownBy(() -> TestContext.parse(odd)).hasMessageStartingWith("E2BIG");
    }

    @Test
    void showsTheContextToTheProgram() {
        Executable program =
                doing(xdp -> xdp.ingressIfindex() * 1000 + xdp.metaLength() * 100 + xdp.length());
        assertThat(runs.run(program, ones(64), Options.ONCE).retval()).isEqualTo(1064);
        assertThat(runs.run(program, ones(64), with(4, 64, 0, 3)).retval()).isEqualTo(3460);
    }

    @Test
    void aRepeatedRunGetsThePacketAsTheLastOneLeftIt() {
        Executable program = doing(xdp -> xdp.adjustHead(-50));
        Result result = runs.run(program, ones(64), new Options(5, false, null));
        assertThat(result.retval()).isEqualTo(-22);
        assertThat(result.data()).hasSize(264);
        Result restored = runs.run(program, ones(64), new Options(5, true, null));
        assertThat(restored.retval()).isZero();
        assertThat(restored.data()).hasSize(114);
    }

    @Test
    void findsBytesInFragments() {
        byte[] packet = new byte[3520 + 4096 + 10];
        packet[3520 + 4096 + 9] = 7;
        Executable program =
                doing(xdp ->
                        (xdp.contiguous(3519, 2) == 0 ? 1 : 0)
                                + (xdp.contiguous(3520, 4096) != 0 ? 10 : 0)
                                + (xdp.contiguous(3520 + 4095, 2) == 0 ? 100 : 0)
                                + RawMemory.u8(xdp.contiguous(3520 + 4096 + 9, 1)));
        assertThat(runs.run(program, packet, Options.ONCE).retval()).isEqualTo(118);
    }
}
