package io.xdp4j.ebpf.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.SipHash;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SyncookieHelpersTest {
    private static final long MINUTE = 60_000_000_000L;

    private static HelperCalls at(long nanos) {
        return new HelperCalls(new BpfRuntime(1, BpfClock.fixed(nanos), 42, _ -> {}));
    }

    @Test
    void hashesAsPublished() {
        SipHash hash = new SipHash(0x0706_0504_0302_0100L, 0x0f0e_0d0c_0b0a_0908L);
        assertThat(hash.hash(0x0706_0504_0302_0100L, 0x0f0e_0d0c_0b0a_0908L))
                .isEqualTo(0x3f2a_cc7f_57c2_9bdbL);
    }

    @Test
    void readsSegmentSizesAsTheKernel() throws IOException {
        try (HelperCalls calls = at(0)) {
            long ip = calls.zeros(40);
            for (String[] c : HelperCalls.recorded("syncookie_mss.txt")) {
                long tcp = calls.memory(HelperCalls.hex(c[2]));
                long r0 =
                        calls.call(
                                "tcp_raw_gen_syncookie_ipv" + c[0], ip, tcp, Long.parseLong(c[1]));
                assertThat(r0 < 0 ? r0 : r0 >>> 32)
                        .as(String.join(" ", c))
                        .isEqualTo(Long.parseLong(c[3]));
            }
        }
    }

    /// Makes a cookie, confirms it some time later with the ACK's sequence number changed by
    /// `forged`; the answer of the check.
    private static long roundTrip(int family, long later, int forged) {
        byte[] ip = new byte[40];
        byte[] tcp = new byte[20];
        for (int i = 0; i < ip.length; i++) {
            ip[i] = (byte) (i * 37);
        }
        tcp[1] = 80;
        tcp[7] = 9;
        tcp[12] = 0x50;
        long cookie;
        try (HelperCalls calls = at(7 * MINUTE)) {
            cookie =
                    calls.call(
                            "tcp_raw_gen_syncookie_ipv" + family,
                            calls.memory(ip),
                            calls.memory(tcp),
                            20);
        }
        try (HelperCalls calls = at(7 * MINUTE + later)) {
            long header = calls.memory(tcp);
            RawMemory.putIntBe(header + 4, RawMemory.getIntBe(header + 4) + 1);
            RawMemory.putIntBe(header + 8, (int) cookie + 1 + forged);
            return calls.call("tcp_raw_check_syncookie_ipv" + family, calls.memory(ip), header);
        }
    }

    @Test
    void takesItsOwnCookiesForTwoMinutes() {
        for (int family : new int[] {4, 6}) {
            assertThat(roundTrip(family, 0, 0)).isZero();
            assertThat(roundTrip(family, MINUTE, 0)).isZero();
            assertThat(roundTrip(family, 2 * MINUTE, 0)).isEqualTo(-13);
            assertThat(roundTrip(family, 0, 1000)).isEqualTo(-13);
        }
    }
}
