package io.xdp4j.ebpf.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.ebpf.MalformedObjectException;
import io.xdp4j.ebpf.isa.Insn;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AssemblerTest {
    @Test
    void readsAVerifierLog() {
        List<Insn> insns =
                Assembler.assemble(
                        """
                        ; int prog(struct xdp_md *ctx) @ a.c:3
                        0: (61) r2 = *(u32 *)(r1 +4)          ; R1=ctx() R2_w=pkt_end()
                        1: (18) r3 = 0x5                      ; R3_w=5
                        3: (2d) if r3 > r2 goto pc+1          ; R2_w=pkt_end() R3_w=5
                        4: (b7) r0 = 2
                        5: (95) exit
                        """);
        assertThat(insns)
                .containsExactly(
                        new Insn(0x61, 2, 1, 4, 0),
                        new Insn(0x18, 3, 0, 0, 5),
                        new Insn(0, 0, 0, 0, 0),
                        new Insn(0x2d, 3, 2, 1, 0),
                        new Insn(0xb7, 0, 0, 0, 2),
                        new Insn(0x95, 0, 0, 0, 0));
    }

    @Test
    void readsLabelsAndHelperNames() {
        List<Insn> insns =
                new Assembler(HelperNames.ALL)
                        .parse(
                                """
                                # by hand
                                start: call bpf_ktime_get_ns
                                if r0 == 0 goto start
                                r2 = subprog[sub]
                                call sub
                                goto out
                                sub:
                                out:
                                exit
                                """);
        assertThat(new Disassembler(HelperNames.ALL).lines(insns))
                .containsExactly(
                        "0: (85) call bpf_ktime_get_ns#5",
                        "1: (15) if r0 == 0x0 goto pc-2",
                        "2: (18) r2 = subprog[+3]",
                        "4: (85) call pc+1",
                        "5: (05) goto pc+0",
                        "6: (95) exit");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    r11 = 1                   | line 1, column 1: expected a register, r0..r10
                    r1 = 5000000000           | line 1, column 6: immediate 5000000000 (expected
                    r1 + r2                   | line 1, column 4: expected one of
                    goto nowhere              | no label nowhere
                    a: a: exit                | label a is there already
                    exit now                  | expected the end of the line
                    (b7) r0 = r1              | opcode b7 does not fit the text, which is opcode bf
                    r1 = *(u24 *)(r2 +0)      | expected a type
                    r1 = *(u32 *)(r2 +40000)  | offset 40000 (expected: -32768..32767)
                    r1 = bswap16 r2           | expected the same register on both sides
                    r1 = atomic64_fetch_add((u32 *)(r2 +0), r1) | width do not fit
                    call                      | expected pc+N or a label
                    """)
    void saysWhatItExpected(String text, String message) {
        assertThatThrownBy(() -> Assembler.assemble(text))
                .isInstanceOf(MalformedObjectException.class)
                .hasMessageContaining(message);
    }

    @Test
    void failsInOneWayOnlyWhateverTheText() {
        String alphabet = "rw0123456789 =+-*/&|<>()[]u8s64skbmapgotolifcallx_atomic:#;xb\t.";
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(30); j >= 0; j--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Assembler.assemble(text.toString());
            } catch (MalformedObjectException e) {
                assertThat(e).hasMessageContaining("line 1");
            }
        }
    }
}
