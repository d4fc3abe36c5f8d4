package io.xdp4j.linux.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class MacAddressTest {
    @Test
    void firstByteOnTheWireIsHighest() {
        MacAddress address = MacAddress.parse("02:00:5e:10:ab:01");
        assertThat(address.value()).isEqualTo(0x0200_5e10_ab01L);
        assertThat(address).hasToString("02:00:5e:10:ab:01");
        assertThat(address.isMulticast()).isFalse();
        assertThat(MacAddress.parse("ff:ff:ff:ff:ff:ff").isMulticast()).isTrue();
    }

    @Test
    void refusesOtherForms() {
        for (String text :
                new String[] {"", "02:00:5e:10:00", "02005e100001", "02:00:5e:10:00:zz"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse(text));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(1L << 48));
    }
}
