package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.xdp4j.linux.memory.RawMemory;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappingTest {
    @Test
    void anonymousMemoryIsZeroAndPageAligned() {
        int pageSize = Mapping.pageSizeBytes();
        assertThat(Integer.bitCount(pageSize)).isEqualTo(1);
        try (Mapping mapping = Mapping.anonymous(3L * pageSize)) {
            assertThat(mapping.address() % pageSize).isZero();
            assertThat(mapping.segment().byteSize()).isEqualTo(3L * pageSize);
            assertThat(mapping.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            RawMemory.putLong(mapping.address() + pageSize, 42);
            assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, pageSize)).isEqualTo(42);
        }
    }

    @Test
    void sharedMemoryOfAFileReachesTheFile(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[4096]);
        int fd = Fd.open(file.toString(), Fd.O_RDWR);
        try (Mapping mapping = Mapping.shared(fd, 0, 4096)) {
            RawMemory.putByte(mapping.address() + 7, (byte) 9);
        }
        Fd.close(fd);
        assertThat(Files.readAllBytes(file)[7]).isEqualTo((byte) 9);
    }

    @Test
    void refusalNamesTheLength() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> Mapping.anonymous(0))
                .withMessage("mmap(fd=-1, length=0): EINVAL: invalid argument");
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> Mapping.anonymous(1L << 60))
                .withMessageStartingWith("mmap(fd=-1, length=1152921504606846976): ENOMEM: ");
    }

    @Test
    void closesOnce() {
        Mapping mapping = Mapping.anonymous(4096);
        mapping.close();
        mapping.close();
        assertThat(mapping.address()).isZero();
        assertThatIllegalStateException().isThrownBy(mapping::segment);
    }
}
