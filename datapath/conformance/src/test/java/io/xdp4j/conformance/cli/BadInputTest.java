package io.xdp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.conformance.tool.ToolCommand;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wrong is said in one line on standard error, with the contract's exit code and nothing
/// on standard output.
final class BadInputTest {
    private static final String FILES = "datapath/conformance/src/test/resources/bad/";

    private static final String BASIC = "samples/bpf/xdp_basic.bpf.o";
    private static final String NIC = "datapath/conformance/src/test/resources/tools/nic.yaml";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    2 | switch lo no-such-link     | interface: no-such-link: no such interface
                    2 | switch lo                  | requires at least 2 values
                    2 | switch lo lo               | lo: already names the device of line 2
                    2 | switch lo x --queues 65    | queues: 65 (expected: integer 1..64)
                    2 | switch lo x --workers 0    | workers: 0 (expected: integer 1..64
                    2 | switch lo a-name-too-long-for-linux | name of 1..15 characters
                    2 | switch nope x --transport af_xdp | interface: nope: no such interface
                    2 | doctor nope                | interface: nope: no such interface
                    2 | switch lo x --transport dpdk | 'dpdk' (expected: one of auto, af_packet, af_xdp)
                    2 | run @unknown-key.yaml      | unknown-key.yaml:3: devices[1].queus: unknown key
                    2 | run @duplicate-device.yaml | duplicate-device.yaml:3: devices[1].peer: nic0: already
                    2 | run @queues.yaml           | queues.yaml:2: devices[0].queues: 65 (expected: integer
                    2 | run @malformed.yaml        | malformed.yaml:3: not valid YAML
                    2 | run @no-interface.yaml     | no-interface.yaml:3: devices[1]: interface: no-such-link
                    2 | run @class.yaml            | class.yaml:4: programs[0]
                    2 | run @class-type.yaml       | class-type.yaml:4: programs[0]
                    2 | run @af-xdp.yaml           | af-xdp.yaml:2: devices[0].xdp.mode: fast (expected: one of auto
                    3 | run @no-capture.yaml       | no-capture.yaml:2: devices[0]: datapath/conformance/src/test/resources/bad/no-such.pcap: does not exist
                    3 | run @bad-capture.yaml      | bad-capture.yaml:2: devices[0]: datapath/conformance/src/test/resources/bad/bad-capture.yaml: offset 0: magic
                    3 | run @no-object.yaml        | no-object.yaml:4: programs[0]: datapath/conformance/src/test/resources/bad/no-such.o: does not exist
                    2 | run no-such-file.yaml      | no-such-file.yaml: no such file
                    2 | demo --duration 5x         | '5x' is no duration
                    2 | demo --duration 999999999h | '999999999h' is no duration
                    2 | prog                       | Missing required subcommand: load, run, dump, exec
                    3 | prog load no-such.o        | no-such.o: does not exist (expected: an object
                    3 | prog load pom.xml          | pom.xml: no ELF file
                    3 | prog load %BASIC --program nope | no program nope (programs: xdp_drop
                    2 | prog load %BASIC --type tea | --type: tea (expected: a program type
                    3 | prog load %BASIC --btf none | none: does not exist (expected: BTF, such as
                    3 | prog load %BASIC --btf pom.xml | pom.xml: magic 0x
                    3 | prog run %BASIC --data-in pom.xml | programs (xdp_drop, xdp_pass
                    3 | prog run %BASIC --section xdp.fragments --data-in pom.xml | no program in section
                    3 | prog run %BASIC --program xdp_drop --data-in none.pcap | none.pcap: does not exist
                    3 | prog run %BASIC --program xdp_drop --data-in /dev/null | /dev/null: is empty
                    3 | prog run %BASIC --program xdp_drop --data-in @cut.pcap | cut.pcap: the record at byte
                    2 | prog load %BASIC --log-level 8 | --log-level: 8 (expected: 0..7)
                    3 | prog run %BASIC --program xdp_drop --data-in pom.xml --data-in-format hex | pom.xml:1: no packet
                    2 | prog run %BASIC --program xdp_drop --data-in pom.xml --repeat -1 | --repeat: -1
                    2 | prog run %BASIC --program xdp_drop --data-in pom.xml --engine warp | 'warp' (expected: one of
                    2 | prog run %BASIC --program xdp_drop --data-in pom.xml --setup pom.xml | pom.xml:1:1: no valid JSON
                    2 | prog run %BASIC --program xdp_drop --data-in pom.xml --setup none.json | none.json: does not exist
                    2 | prog dump %BASIC bytes     | 'bytes' (expected: one of xlated, jited)
                    3 | prog exec                  | standard input: is empty
                    3 | prog exec 0                | standard input: is empty
                    2 | xdp_redirect_cpu -d nic0   | Missing required option: '--cpu=CPU'
                    2 | xdp_redirect_cpu -d no-such-link -c 0 | no-such-link: no such device (expected: devices of
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 2 | --cpu: 2 (expected: 0..1
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 -q 16385 | --qsize: 16385
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 -p xdp_cpu_map6 | --progname: xdp_cpu_map6
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 -e tea | --mprog-name: tea (expected: pass or drop
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 -m map | --redirect-map: map (expected: with
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 -i 0 | --interval: 0 (expected: 1..86400
                    2 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 --object %BASIC | l4-hash: not in xdp_basic.bpf.o
                    3 | xdp_redirect_cpu --config %NIC -d nic0 -c 0 --object no-such.o | no-such.o: does not exist
                    2 | xdp_rxq_info --config %NIC -d nic0 -a XDP_REDIRECT | --action: XDP_REDIRECT
                    2 | xdp_rxq_info --config %NIC -d nic1 | nic1: no such device (expected: one of nic0, near, far)
                    2 | xdp_redirect --config %NIC nic0 | Missing required parameter: 'OUT'
                    2 | xdp1 -N -S --config %NIC nic0 | -N: with -S (expected: one of them)
                    6 | xdp_monitor --datapath no-such.sock | no-such.sock: nobody serves it
                    2 | demonstrate                | demonstrate: no such command (expected: one of demo, run
                    2 | bench dro                  | dro: no such command (expected: one of drop, pass, tx
                    2 | bench drop nic0 -p parse   | 'parse' (expected: one of no-touch, read-data, parse-ip
                    2 | dump --config %NIC -i nic0 --perf-wakeup -1 | --perf-wakeup: -1 (expected: 0 or more)
                    3 | prog load samples          | samples: cannot be read: Is a directory
                    3 | prog run %BASIC --program xdp_drop --data-in samples | samples: is a directory
                    3 | xdp1 --config %NIC nic0 --object samples | samples: is a directory
                    2 | xdp_router_ipv4 --config %NIC nic0 near --routes samples | samples: is a directory
                    2 | run samples                | samples: a directory (expected: a YAML
                    """)
    void isRefusedInOneLine(int exitCode, String arguments, String message) {
        String[] words =
                Stream.of(arguments.split(" ", -1))
                        .map(word -> word.startsWith("@") ? FILES + word.substring(1) : word)
                        .map(word -> word.equals("%BASIC") ? BASIC : word)
                        .map(word -> word.equals("%NIC") ? NIC : word)
                        .toArray(String[]::new);
        ToolCommand.Output output = ToolCommand.of(words).run();
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(exitCode);
        assertThat(output.out()).isEmpty();
        assertOneLine(output.complaints(), message);
    }

    static void assertOneLine(List<String> complaints, String message) {
        assertThat(complaints)
                .singleElement()
                .asString()
                .startsWith("xdp4j")
                .contains(message)
                .doesNotContain("Exception");
    }

    @Test
    void whatIsPrintedToAFullDiskIsAnError() {
        ToolCommand.Output output =
                ToolCommand.of("devices").by("sh", "-c", "exec \"$@\" >/dev/full", "sh").run();
        assertThat(output.exitCode()).as(output.toString()).isEqualTo(6);
        assertThat(output.err())
                .singleElement()
                .asString()
                .startsWith("xdp4j: standard output: No space left on device (expected: ");
    }

    @Test
    void aDatapathWhoseReaderHasLeftEnds() {
        ToolCommand.Output output =
                ToolCommand.of("demo", "--duration", "10m", "--json")
                        .by("bash", "-c", "set -o pipefail; timeout 30 \"$@\" | head -n 1", "bash")
                        .run();
        assertThat(output.exitCode()).as(output.toString()).isZero();
        assertThat(output.out()).hasSize(1);
    }
}
