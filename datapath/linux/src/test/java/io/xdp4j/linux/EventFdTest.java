package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class EventFdTest {
    @Test
    void countsSignalsUntilDrained() {
        try (EventFd event = EventFd.open()) {
            assertThat(event.drain()).isZero();
            assertThat(event.signal()).isZero();
            assertThat(event.signal()).isZero();
            assertThat(event.drain()).isEqualTo(2);
            assertThat(event.drain()).isZero();
        }
    }

    @Test
    void signalMakesItReadable() {
        try (EventFd quiet = EventFd.open();
                EventFd loud = EventFd.open();
                Arena arena = Arena.ofConfined()) {
            PollSet set = PollSet.of(arena, 3);
            set.set(0, quiet.fd(), PollSet.POLLIN);
            set.set(2, loud.fd(), PollSet.POLLIN);
            assertThat(set.poll(0)).isZero();

            loud.signal();

            assertThat(set.poll(-1)).isEqualTo(1);
            assertThat(set.revents(0)).isZero();
            assertThat(set.revents(1)).isZero();
            assertThat(set.revents(2)).isEqualTo(PollSet.POLLIN);
            assertThat(PollSet.pollOne(loud.fd(), PollSet.POLLIN | PollSet.POLLOUT, 0))
                    .isEqualTo(PollSet.POLLIN | PollSet.POLLOUT);
        }
    }

    @Test
    void wakesAnotherThread() throws InterruptedException {
        try (EventFd event = EventFd.open()) {
            Thread signaller = Thread.ofPlatform().start(event::signal);
            assertThat(PollSet.pollOne(event.fd(), PollSet.POLLIN, 10_000))
                    .isEqualTo(PollSet.POLLIN);
            signaller.join();
            assertThat(event.drain()).isEqualTo(1);
        }
    }

    @Test
    void closedOneFailsWithoutHarm() {
        EventFd event = EventFd.open();
        event.close();
        event.close();
        assertThat(event.signal()).isEqualTo(-Errno.EBADF);
        assertThat(event.fd()).isEqualTo(-1);
    }
}
