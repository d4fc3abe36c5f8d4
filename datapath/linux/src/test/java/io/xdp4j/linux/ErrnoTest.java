package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void constantsHaveTheNamesOfTheTable() throws IllegalAccessException {
        for (Field constant : Errno.class.getFields()) {
            assertThat(Errno.name(constant.getInt(null))).isEqualTo(constant.getName());
        }
    }

    @Test
    void namesAllNumbersButTheTwoUnused() {
        for (int errno = 1; errno <= 133; errno++) {
            assertThat(Errno.name(errno).startsWith("E")).isEqualTo(errno != 41 && errno != 58);
        }
        assertThat(Errno.name(0)).isEqualTo("errno 0");
        assertThat(Errno.text(Errno.ENODEV)).isEqualTo("no such device");
    }

    @Test
    void tellsMissingFeaturesFromFailures() {
        assertThat(Errno.isUnsupported(Errno.EOPNOTSUPP)).isTrue();
        assertThat(Errno.isUnsupported(Errno.ENOTSUPP)).isTrue();
        assertThat(Errno.isUnsupported(Errno.EPERM)).isFalse();
    }
}
