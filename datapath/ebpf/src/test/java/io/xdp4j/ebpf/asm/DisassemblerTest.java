package io.xdp4j.ebpf.asm;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.helper.HelperProto;
import io.xdp4j.ebpf.helper.HelperTable;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.InsnValidator;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The texts are what the verifier log of Linux 6.18 shows for the bytes.
final class DisassemblerTest {
    private final Disassembler disassembler = new Disassembler(HelperNames.ALL);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    b700000001000000 | (b7) r0 = 1
                    b4010000ffffffff | (b4) w1 = -1
                    7b1af8ff00000000 | (7b) *(u64 *)(r10 -8) = r1
                    6201040007000000 | (62) *(u32 *)(r1 +4) = 7
                    6121000000000000 | (61) r1 = *(u32 *)(r2 +0)
                    912afeff00000000 | (91) r10 = *(s8 *)(r2 -2)
                    bf21080000000000 | (bf) r1 = (s8)r2
                    bc21100000000000 | (bc) w1 = (s16)w2
                    c40100001f000000 | (c4) w1 s>>= 31
                    3f21010000000000 | (3f) r1 s/= r2
                    9401010005000000 | (94) w1 s%= 5
                    8701000000000000 | (87) r1 = -r1
                    d701000010000000 | (d7) r1 = bswap16 r1
                    dc01000020000000 | (dc) r1 = be32 r1
                    d401000040000000 | (d4) r1 = le64 r1
                    15010300ffffffff | (15) if r1 == 0xffffffff goto pc+3
                    ce21fbff00000000 | (ce) if w1 s< w2 goto pc-5
                    4501010008000000 | (45) if r1 & 0x8 goto pc+1
                    0500fbff00000000 | (05) goto pc-5
                    0600000005000000 | (06) gotol pc+5
                    e500020000000000 | (e5) may_goto pc+2
                    8500000001000000 | (85) call bpf_map_lookup_elem#1
                    8500000000000000 | (85) call bpf_unspec#0
                    8510000004000000 | (85) call pc+4
                    9500000000000000 | (95) exit
                    db21000000000000 | (db) lock *(u64 *)(r1 +0) += r2
                    c32104004f000000 | (c3) unknown opcode c3
                    c321040041000000 | (c3) r2 = atomic_fetch_or((u32 *)(r1 +4), r2)
                    db210000f1000000 | (db) r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)
                    db210000e1000000 | (db) r2 = atomic64_xchg((u64 *)(r1 +0), r2)
                    d321000000010000 | (d3) r1 = load_acquire((u8 *)(r2 +0))
                    cb21000010010000 | (cb) store_release((u16 *)(r1 +0), r2)
                    280000000c000000 | (28) r0 = *(u16 *)skb[12]
                    5020000003000000 | (50) r0 = *(u8 *)skb[r2 + 3]
                    """)
    void writesWhatTheKernelDoes(String bytes, String text) {
        Insn insn = InsnValidator.decode(HexFormat.of().parseHex(bytes)).getFirst();
        assertThat(disassembler.line(insn, null)).isEqualTo(text);
    }

    @Test
    void countsBothSlotsOfAWideLoad() {
        List<Insn> insns =
                InsnBuilder.program()
                        .lddw(Register.R1, 0x1_0000_0002L)
                        .map(Register.R2, 5)
                        .mapValue(Register.R3, 6, 8)
                        .exit()
                        .insns();
        assertThat(disassembler.lines(insns))
                .containsExactly(
                        "0: (18) r1 = 0x100000002",
                        "2: (18) r2 = map[fd:5]",
                        "4: (18) r3 = map[fd:6][0]+8",
                        "6: (95) exit");
    }

    @Test
    void namesEveryHelperOfTheTable() {
        for (HelperProto proto : HelperTable.all()) {
            String name = "bpf_" + proto.name();
            assertThat(HelperNames.ALL.helper(proto.id())).isEqualTo(name);
            assertThat(HelperNames.ALL.helperId(name)).isEqualTo(proto.id());
        }
    }
}
