package io.xdp4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HotCallAllocationTest {
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 1000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// A call of the hot path, all on descriptors that fail or return at once.
    enum Call {
        READ,
        WRITE,
        SEND,
        RECV,
        POLL,
        BATCH_SEND,
        BATCH_RECEIVE,
        SIGNAL
    }

    /// Compilation comes at its own time, so rounds are run until one allocates nothing.
    @ParameterizedTest
    @EnumSource
    void allocatesNothingOnceCompiled(Call call) {
        int socket = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined();
                EventFd event = EventFd.open()) {
            long memory = arena.allocate(64).address();
            MsgBatch batch = MsgBatch.of(arena, 4, 2);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least != 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                repeat(call, socket, event, batch, memory);
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                least = Math.min(least, allocated);
            }
            assertThat(least).isZero();
        } finally {
            Fd.close(socket);
        }
    }

    /// A method of its own, which is compiled as a whole and not from the middle of a loop that is
    /// under way.
    private static void repeat(Call call, int socket, EventFd event, MsgBatch batch, long memory) {
        for (int i = 0; i < CALLS; i++) {
            run(call, socket, event, batch, memory);
        }
    }

    private static int run(Call call, int socket, EventFd event, MsgBatch batch, long memory) {
        return switch (call) {
            case READ -> Fd.read(-1, memory, 8);
            case WRITE -> Fd.write(-1, memory, 8);
            case SEND -> Sockets.send(socket, memory, 8, Sockets.MSG_DONTWAIT);
            case RECV -> Sockets.recv(socket, memory, 8, Sockets.MSG_DONTWAIT);
            case POLL -> PollSet.poll(memory, 0, 0);
            case BATCH_SEND -> {
                batch.set(0, memory, 8, memory + 8, 8);
                yield batch.send(socket, 0, 1, Sockets.MSG_DONTWAIT);
            }
            case BATCH_RECEIVE -> {
                batch.rearm(0, 4);
                yield batch.receive(socket, 0, 4, Sockets.MSG_DONTWAIT);
            }
            case SIGNAL -> event.signal() + (int) event.drain();
        };
    }
}
