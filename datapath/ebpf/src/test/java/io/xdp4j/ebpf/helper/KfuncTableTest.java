package io.xdp4j.ebpf.helper;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.helper.KfuncArg.Kind;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

class KfuncTableTest {
    private static KfuncProto kfunc(String name) {
        return requireNonNull(KfuncTable.byName(name), name);
    }

    private static HelperFunction method(String name) {
        return requireNonNull(kfunc(name).function(), name);
    }

    private static List<Kind> kinds(String name) {
        return kfunc(name).args().stream().map(KfuncArg::kind).toList();
    }

    @Test
    void readsDeclarations() {
        assertThat(kinds("bpf_dynptr_slice"))
                .containsExactly(Kind.DYNPTR, Kind.SCALAR, Kind.MEM, Kind.CONST_SIZE);
        assertThat(kfunc("bpf_dynptr_slice").args().get(2).isNullable()).isTrue();
        assertThat(kfunc("bpf_dynptr_slice").args().get(0).isConst()).isTrue();
        assertThat(kfunc("bpf_dynptr_slice").returns()).isEqualTo(KfuncProto.Returns.UNTYPED_PTR);
        assertThat(kinds("bpf_dynptr_from_xdp"))
                .containsExactly(Kind.CTX, Kind.SCALAR, Kind.DYNPTR_UNINIT);
        assertThat(kinds("bpf_iter_num_new"))
                .containsExactly(Kind.ITERATOR, Kind.SCALAR, Kind.SCALAR);
        assertThat(kfunc("bpf_iter_num_next").returns()).isEqualTo(KfuncProto.Returns.SCALAR_PTR);
        assertThat(kinds("bpf_xdp_metadata_rx_hash"))
                .containsExactly(Kind.CTX, Kind.FIXED_MEM, Kind.FIXED_MEM);
        assertThat(kinds("bpf_xdp_ct_lookup"))
                .containsExactly(Kind.CTX, Kind.MEM, Kind.SIZE, Kind.MEM, Kind.SIZE);
        assertThat(kfunc("bpf_xdp_ct_lookup").returnType()).isEqualTo("nf_conn");
        assertThat(kinds("bpf_obj_new_impl")).containsExactly(Kind.CONSTANT, Kind.IGNORED);
        assertThat(kinds("bpf_rcu_read_lock")).isEmpty();
    }

    @Test
    void eachKfuncRunsOrSaysWhyNot() {
        for (KfuncProto proto : KfuncTable.all()) {
            assertThat(proto.function() == null)
                    .as(proto.name())
                    .isEqualTo(proto.refusal() != null);
        }
    }

    @Test
    void countsNumbers() {
        try (HelperCalls calls = new HelperCalls()) {
            long it = calls.zeros(8);
            assertThat(calls.call(method("bpf_iter_num_new"), it, 3, 6)).isZero();
            int sum = 0;
            for (long at; (at = calls.call(method("bpf_iter_num_next"), it)) != 0; ) {
                sum = sum * 10 + RawMemory.getInt(at);
            }
            assertThat(sum).isEqualTo(345);
            assertThat(calls.call(method("bpf_iter_num_new"), it, 6, 3)).isEqualTo(-22);
            assertThat(calls.call(method("bpf_iter_num_new"), it, 0, (1 << 23) + 1)).isEqualTo(-7);
        }
    }

    @Test
    void countsBits() {
        try (HelperCalls calls = new HelperCalls()) {
            long it = calls.zeros(16);
            long words =
                    calls.memory(new byte[] {5, 0, 0, 0, 0, 0, 0, -128, 0, 1, 0, 0, 0, 0, 0, 0});
            assertThat(calls.call(method("bpf_iter_bits_new"), it, words, 2)).isEqualTo(-14);
            calls.machine.grant(words, 16);
            assertThat(calls.call(method("bpf_iter_bits_new"), it, words, 2)).isZero();
            StringBuilder bits = new StringBuilder();
            for (long at; (at = calls.call(method("bpf_iter_bits_next"), it)) != 0; ) {
                bits.append(RawMemory.getInt(at)).append(' ');
            }
            assertThat(bits).hasToString("0 2 63 72 ");
        }
    }

    @Test
    void movesWithinDynptrs() {
        try (HelperCalls calls = new HelperCalls()) {
            long ptr = calls.zeros(16);
            long other = calls.zeros(16);
            long bytes = calls.memory("0123456789");
            assertThat(calls.call("dynptr_from_mem", bytes, 10, 0, ptr)).isZero();
            assertThat(calls.call(method("bpf_dynptr_adjust"), ptr, 2, 8)).isZero();
            assertThat(calls.call(method("bpf_dynptr_size"), ptr)).isEqualTo(6);
            assertThat(calls.call(method("bpf_dynptr_adjust"), ptr, 2, 9)).isEqualTo(-34);
            assertThat(calls.call(method("bpf_dynptr_adjust"), ptr, 5, 4)).isEqualTo(-22);
            assertThat(calls.call(method("bpf_dynptr_slice"), ptr, 1, 0, 5)).isEqualTo(bytes + 3);
            assertThat(calls.call(method("bpf_dynptr_slice"), ptr, 2, 0, 5)).isZero();
            assertThat(calls.call("dynptr_data", ptr, 0, 6)).isEqualTo(bytes + 2);
            assertThat(calls.call(method("bpf_dynptr_clone"), ptr, other)).isZero();
            assertThat(calls.call(method("bpf_dynptr_copy"), ptr, 3, other, 0, 3)).isZero();
            assertThat(calls.text(bytes)).isEqualTo("0123423489");
            assertThat(calls.call(method("bpf_dynptr_memset"), ptr, 0, 2, 'x')).isZero();
            assertThat(calls.text(bytes)).isEqualTo("01xx423489");
            assertThat(calls.call("dynptr_write", ptr, 4, calls.memory("yz"), 2, 0)).isZero();
            assertThat(calls.text(bytes)).isEqualTo("01xx42yz89");
            assertThat(calls.call("dynptr_write", ptr, 5, calls.memory("yz"), 2, 0)).isEqualTo(-7);
            assertThat(calls.call("dynptr_read", other, 2, ptr, 0, 1)).isEqualTo(-22);
            assertThat(calls.call("dynptr_from_mem", bytes, 1 << 24, 0, ptr)).isEqualTo(-7);
            assertThat(calls.call(method("bpf_dynptr_is_null"), ptr)).isEqualTo(1);
            assertThat(calls.call(method("bpf_dynptr_size"), ptr)).isEqualTo(0xffff_ffeaL);
        }
    }

    @Test
    void searchesStrings() {
        try (HelperCalls calls = new HelperCalls()) {
            long text = calls.memory("hello world");
            long what = calls.memory("o w");
            calls.machine.grant(text, 12);
            calls.machine.grant(what, 4);
            assertThat(calls.call(method("bpf_strstr"), text, what)).isEqualTo(4);
            assertThat(calls.call(method("bpf_strnstr"), text, what, 6)).isEqualTo(-2);
            assertThat(calls.call(method("bpf_strlen"), text)).isEqualTo(11);
            assertThat(calls.call(method("bpf_strchr"), text, 'o')).isEqualTo(4);
            assertThat(calls.call(method("bpf_strrchr"), text, 'o')).isEqualTo(7);
            assertThat(calls.call(method("bpf_strspn"), text, what)).isZero();
            assertThat(calls.call(method("bpf_strcspn"), text, what)).isEqualTo(4);
            assertThat(calls.call(method("bpf_strcmp"), text, what)).isEqualTo(-1);
            assertThat(calls.call(method("bpf_strlen"), 1234)).isEqualTo(-14);
        }
    }
}
