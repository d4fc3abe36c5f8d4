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

    /// What the calls are made on.
    record Things(int socket, EventFd event, MsgBatch batch, long memory) {}

    /// A call of the hot path, all on descriptors that fail or return at once.
    ///
    /// Each has a loop of its own, so that what the compiler has seen of one call decides nothing for
    /// another; and that in a method of its own, which is compiled as a whole and not from the middle
    /// of a loop that is under way.
    enum Call {
        READ {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    Fd.read(-1, on.memory(), 8);
                }
            }
        },
        WRITE {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    Fd.write(-1, on.memory(), 8);
                }
            }
        },
        SEND {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    Sockets.send(on.socket(), on.memory(), 8, Sockets.MSG_DONTWAIT);
                }
            }
        },
        RECV {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    Sockets.recv(on.socket(), on.memory(), 8, Sockets.MSG_DONTWAIT);
                }
            }
        },
        POLL {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    PollSet.poll(on.memory(), 0, 0);
                }
            }
        },
        BATCH_SEND {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    on.batch().set(0, on.memory(), 8, on.memory() + 8, 8);
                    on.batch().send(on.socket(), 0, 1, Sockets.MSG_DONTWAIT);
                }
            }
        },
        BATCH_RECEIVE {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    on.batch().rearm(0, 4);
                    on.batch().receive(on.socket(), 0, 4, Sockets.MSG_DONTWAIT);
                }
            }
        },
        SIGNAL {
            @Override
            void repeat(Things on) {
                for (int i = 0; i < CALLS; i++) {
                    on.event().signal();
                    on.event().drain();
                }
            }
        };

        abstract void repeat(Things on);
    }

    /// Compilation comes at its own time, so rounds are run until one allocates nothing.
    @ParameterizedTest
    @EnumSource
    void allocatesNothingOnceCompiled(Call call) {
        int socket = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined();
                EventFd event = EventFd.open()) {
            long memory = arena.allocate(64).address();
            Things things = new Things(socket, event, MsgBatch.of(arena, 4, 2), memory);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least != 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                call.repeat(things);
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                least = Math.min(least, allocated);
            }
            assertThat(least).isZero();
        } finally {
            Fd.close(socket);
        }
    }
}
