package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinuxPlatformTest {
    @Test
    void supportedExactlyWhenThereIsNoReason() {
        assertThat(LinuxPlatform.isSupported())
                .isEqualTo(LinuxPlatform.unsupportedReason().isEmpty());
        assertThat(LinuxPlatform.isSupported()).isTrue();
    }
}
