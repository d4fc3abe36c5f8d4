package io.xdp4j.linux.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.NeedsNetNamespaces;
import io.xdp4j.linux.NetNamespace;
import io.xdp4j.linux.TestNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsNetNamespaces
class IfReqTest {
    private TestNamespace namespace;
    private IfReq ifReq;

    @BeforeEach
    void open() {
        namespace = TestNamespace.withVeth();
        try (NetNamespace _ = namespace.enter()) {
            ifReq = IfReq.open();
        }
    }

    @AfterEach
    void close() {
        ifReq.close();
        namespace.close();
    }

    @Test
    void indexAndNameAreInverse() {
        int index = ifReq.index("left");
        assertThat(index).isPositive().isNotEqualTo(ifReq.index("right"));
        assertThat(ifReq.name(index)).isEqualTo("left");
    }

    @Test
    void mtuChanges() {
        ifReq.setMtu("left", 9000);
        assertThat(ifReq.mtu("left")).isEqualTo(9000);
        assertThat(ifReq.mtu("right")).isEqualTo(1500);
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> ifReq.setMtu("left", 10))
                .withMessageStartingWith("ioctl(SIOCSIFMTU, left, mtu=10): EINVAL: ");
    }

    @Test
    void addressChanges() {
        MacAddress address = MacAddress.parse("02:00:5e:10:00:01");
        ifReq.setHardwareAddress("left", address);
        assertThat(ifReq.hardwareAddress("left")).isEqualTo(address);
    }

    @Test
    void deviceGoesDownAndUp() {
        assertThat(ifReq.isUp("left")).isTrue();
        ifReq.setUp("left", false);
        assertThat(ifReq.isUp("left")).isFalse();
        ifReq.setUp("left", true);
        assertThat(ifReq.isUp("left")).isTrue();
    }

    @Test
    void unknownDeviceIsNamed() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> ifReq.index("none"))
                .withMessageStartingWith("ioctl(SIOCGIFINDEX, none): ENODEV: no such device; the");
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> ifReq.name(9999))
                .withMessageStartingWith("ioctl(SIOCGIFNAME, ifindex=9999): E");
    }

    @Test
    void impossibleNamesAreRefused() {
        for (String name : new String[] {"", "sixteen-letters-", "a\0b"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> ifReq.index(name));
        }
    }
}
