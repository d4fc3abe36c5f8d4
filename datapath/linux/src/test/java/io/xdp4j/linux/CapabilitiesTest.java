package io.xdp4j.linux;

import static io.xdp4j.linux.Capability.CAP_BPF;
import static io.xdp4j.linux.Capability.CAP_NET_ADMIN;
import static io.xdp4j.linux.Capability.CAP_NET_RAW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    @Test
    void readsTheEffectiveMask() {
        List<String> status = List.of("CapPrm:\t0", "CapEff:\t0000008000002000", "CapBnd:\tffff");

        Capabilities capabilities = Capabilities.parse(status);

        assertThat(capabilities.has(CAP_NET_RAW)).isTrue();
        assertThat(capabilities.has(CAP_BPF)).isTrue();
        assertThat(capabilities.has(CAP_NET_ADMIN)).isFalse();
        assertThat(capabilities.missing(CAP_NET_ADMIN, CAP_NET_RAW)).containsExactly(CAP_NET_ADMIN);
    }

    @Test
    void refusesAStatusWithoutMask() {
        assertThatIllegalArgumentException().isThrownBy(() -> Capabilities.parse(List.of("x")));
    }

    @Test
    void asksTheKernel() {
        assertThat(Capabilities.effective()).isEqualTo(Capabilities.effective());
    }
}
