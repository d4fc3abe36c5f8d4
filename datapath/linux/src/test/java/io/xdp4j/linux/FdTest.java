package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdTest {
    @Test
    void readsWhatItWrote(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom("hello");
            MemorySegment back = arena.allocate(16);
            int writer = Fd.open(file.toString(), Fd.O_WRONLY);
            assertThat(Fd.write(writer, text.address(), 5)).isEqualTo(5);
            Fd.close(writer);

            int reader = Fd.open(file.toString(), Fd.O_RDONLY);
            assertThat(Fd.read(reader, back.address(), 16)).isEqualTo(5);
            assertThat(Fd.read(reader, back.address() + 5, 11)).isZero();
            Fd.close(reader);
            assertThat(back.getString(0)).isEqualTo("hello");
        }
    }

    @Test
    void resultsAreNegativeErrno() {
        assertThat(Fd.read(-1, 0, 1)).isEqualTo(-Errno.EBADF);
        assertThat(Fd.write(-1, 0, 1)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void controlCallsThrow() {
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> Fd.open("/none/here", Fd.O_RDONLY))
                .withMessage("open(/none/here): ENOENT: no such file or directory");
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> Fd.close(-1))
                .withMessageStartingWith("close(fd=-1): EBADF: bad file descriptor; ");
        assertThatExceptionOfType(NativeException.class)
                .isThrownBy(() -> Fd.setNonBlocking(-1, true))
                .withMessageStartingWith("fcntl(fd=-1, F_GETFL): EBADF: ");
    }

    @Test
    void nonBlockingGoesOnAndOff() {
        int fd = Fd.open("/dev/null", Fd.O_RDONLY);
        assertThat(Fd.isNonBlocking(fd)).isFalse();
        Fd.setNonBlocking(fd, true);
        assertThat(Fd.isNonBlocking(fd)).isTrue();
        Fd.setNonBlocking(fd, false);
        assertThat(Fd.isNonBlocking(fd)).isFalse();
        Fd.close(fd);
    }
}
