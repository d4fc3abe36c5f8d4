package io.xdp4j.conformance.netns;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.Json;
import io.xdp4j.conformance.tool.RunningTool;
import io.xdp4j.conformance.tool.ToolCommand;
import io.xdp4j.testkit.Frames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `xdpsock` on an interface, with sockets of the kernel; a host behind a veth is the other side.
final class XdpsockTest {
    private static final int MACS = 12;
    private static final byte[] FRAME =
            Frames.ethernet("02:00:00:00:77:01", "02:00:00:00:77:99")
                    .ipv4("10.77.0.1", "10.77.0.99")
                    .udp(7, 9)
                    .payload("to xdpsock")
                    .build();

    private final List<RunningTool> tools = new ArrayList<>();
    private Lab lab;

    @BeforeEach
    void connect() {
        lab = Lab.of(1);
        lab.hub().exec("sysctl", "-qw", "net.ipv6.conf.p1.disable_ipv6=1");
    }

    @AfterEach
    void close() {
        tools.forEach(RunningTool::close);
        if (lab != null) {
            lab.close();
        }
    }

    private ToolCommand command(String... options) {
        String[] all =
                Stream.of(Stream.of("xdpsock", "-i", "p1", "--json"), Stream.of(options))
                        .flatMap(s -> s)
                        .toArray(String[]::new);
        return ToolCommand.of(all)
                .by("env", "--default-signal=INT,TERM")
                .by("ip", "netns", "exec", lab.hub().name());
    }

    private RunningTool start(String... options) {
        RunningTool tool = command(options).start();
        tools.add(tool);
        tool.awaitStats("the first report", Lab.PATIENCE, stats -> true);
        return tool;
    }

    private static long sum(Json report, String count) {
        return report.at("sockets").list().stream().mapToLong(s -> s.at(count).number()).sum();
    }

    private static Predicate<Json> atLeast(String count, long least) {
        return stats -> sum(stats, count) >= least;
    }

    private boolean isAttached() {
        return lab.hub().ip("link", "show", "p1").contains("prog/xdp");
    }

    private void send(int frames) {
        try (RawLink host = RawLink.open(lab.host(1))) {
            for (int i = 0; i < frames; i++) {
                host.send(FRAME);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-r", "-r -p", "-r -S -c", "-r -m -f 2048", "-r -u -f 3000", "-r -B"})
    void dropsWhatComes(String options) {
        RunningTool tool = start(options.split(" ", -1));
        assertThat(isAttached()).isTrue();
        send(500);
        tool.awaitStats("the frames", Lab.PATIENCE, atLeast("rx_packets", 500));
        Json summary = tool.stop();
        assertThat(sum(summary, "rx_dropped")).isZero();
        assertThat(isAttached()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-l", "-l -p", "-l -F", "-l -M"})
    void sendsBackWithTheAddressesSwapped(String options) {
        RunningTool tool = start(options.split(" ", -1));
        byte[] answer = FRAME.clone();
        System.arraycopy(FRAME, 0, answer, 6, 6);
        System.arraycopy(FRAME, 6, answer, 0, 6);
        try (RawLink host = RawLink.open(lab.host(1))) {
            for (int i = 0; i < 20; i++) {
                host.send(FRAME);
                assertThat(host.receive(5000, frame -> Arrays.equals(frame, answer))).isPresent();
            }
        }
        Json summary = tool.stop();
        assertThat(sum(summary, "rx_packets")).isGreaterThanOrEqualTo(20);
        assertThat(sum(summary, "tx_packets")).isEqualTo(sum(summary, "rx_packets"));
    }

    @Test
    void socketsOfOneQueueTakeTurns() {
        RunningTool tool = start("-r", "-M");
        send(400);
        tool.awaitStats("the frames", Lab.PATIENCE, atLeast("rx_packets", 400));
        Json summary = tool.stop();
        assertThat(summary.at("sockets").list())
                .hasSize(4)
                .allMatch(socket -> socket.at("rx_packets").number() >= 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-s 64", "-s 1400 -V -J 5 -K 3", "-s 6000 -F -M", "-s 200 -y -p"})
    void sendsSoManyPackets(String options) {
        if (options.contains("-F")) {
            lab.host(1).ip("link", "set", "eth0", "mtu", "9000");
            lab.hub().ip("link", "set", "p1", "mtu", "9000");
        }
        String[] words = ("-t -C 300 -G 02:00:00:00:77:01 -b 16 " + options).split(" ", -1);
        int size = Integer.parseInt(options.split(" ", -1)[1]) - 4;
        try (RawLink host = RawLink.open(lab.host(1))) {
            RunningTool tool = command(words).start();
            tools.add(tool);
            byte[] packet = host.receive(20_000, frame -> frame.length == size).orElseThrow();
            int ip = options.contains("-V") ? MACS + 6 : MACS + 2;
            assertThat(packet[ip]).isEqualTo((byte) 0x45);
            if (options.contains("-V")) {
                assertThat(Arrays.copyOfRange(packet, MACS, MACS + 4))
                        .isEqualTo(new byte[] {(byte) 0x81, 0, 0x60, 5});
            }
            Json summary = tool.awaitSummary();
            assertThat(sum(summary, "tx_packets")).isEqualTo(300);
            assertThat(sum(summary, "tx_invalid")).isZero();
        }
    }

    @Test
    void interruptEndsItCleanly() {
        RunningTool tool = start("-r");
        tool.signal("INT");
        tool.awaitSummary();
        assertThat(tool.err()).isEmpty();
        assertThat(isAttached()).isFalse();
    }

    @Test
    void killedProcessLeavesNothing() {
        RunningTool tool = start("-l");
        assertThat(isAttached()).isTrue();
        tool.close();
        Await.until("no program attached", () -> !isAttached());
        RunningTool next = start("-l");
        next.stop();
    }

    @Test
    void saysWhatIsInTheWay() {
        RunningTool first = start("-r");
        assertRefused(6, "EBUSY", command("-r"));
        first.stop();
        assertRefused(2, "--queue: 4 (expected: 0..0, the receive queues of p1)", command("-q4"));
        assertRefused(6, "EOPNOTSUPP", command("-t", "-z"));
    }

    private static void assertRefused(int exitCode, String message, ToolCommand command) {
        ToolCommand.Output output = command.run();
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(exitCode);
        assertThat(output.out()).isEmpty();
        assertThat(output.complaints()).singleElement().asString().contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-l", "-r", "-t -G 02:00:00:00:77:01"})
    void removedInterfaceEndsItWithAWord(String options) {
        RunningTool tool = start(options.split(" ", -1));
        lab.hub().ip("link", "del", "p1");
        assertThat(tool.awaitExit()).isEqualTo(6);
        assertThat(tool.err()).singleElement().asString().contains("AF_XDP(p1, queue=0): EN");
    }
}
