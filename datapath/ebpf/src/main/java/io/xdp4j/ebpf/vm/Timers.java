package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.memory.RawMemory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The timers in map values, due or not. Nothing here runs by itself: [#run] does when it is called.
///
/// The first word of a value's timer field holds the timer's number, 0 before it is made; a map
/// that frees or reuses a value reports it through [#release].
///
/// Thread: any; [#run] one at a time, on whose thread and machine the callbacks run.
/// Kernel: `struct bpf_hrtimer`, kernel/bpf/helpers.c.
public final class Timers {
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;
    private static final long ABSOLUTE = 1;
    private static final long CPU_PIN = 2;

    private static final class Timer {
        final long number;
        final long field;
        final BpfMap map;
        final int clock;
        long callback;
        long dueNanos;
        boolean armed;

        Timer(long number, long field, BpfMap map, int clock) {
            this.number = number;
            this.field = field;
            this.map = map;
            this.clock = clock;
        }
    }

    private final BpfClock clock;
    private final Map<Long, Timer> byNumber = new HashMap<>();
    private final PriorityQueue<Timer> due =
            new PriorityQueue<>(Comparator.comparingLong(timer -> timer.dueNanos));
    private volatile boolean areArmed;
    private long lastNumber;
    private @Nullable Timer running;
    private @Nullable Thread runner;

    Timers(BpfClock clock) {
        this.clock = clock;
    }

    /// `bpf_timer_init`: 0, -EINVAL for a clock there is not, -EBUSY when it is made already.
    public synchronized int init(long field, BpfMap map, long flags) {
        if (flags != CLOCK_REALTIME && flags != CLOCK_MONOTONIC && flags != CLOCK_BOOTTIME) {
            return -Errno.EINVAL;
        }
        if (at(field) != null) {
            return -Errno.EBUSY;
        }
        Timer timer = new Timer(++lastNumber, field, map, (int) flags);
        byNumber.put(timer.number, timer);
        RawMemory.putLong(field, timer.number);
        return 0;
    }

    /// `bpf_timer_set_callback`: 0, or -EINVAL for a timer not made.
    public synchronized int callback(long field, long function) {
        Timer timer = at(field);
        if (timer == null) {
            return -Errno.EINVAL;
        }
        timer.callback = function;
        return 0;
    }

    /// `bpf_timer_start`: 0, or -EINVAL for unknown flags or a timer without callback.
    public synchronized int start(long field, long nanos, long flags) {
        if ((flags & ~(ABSOLUTE | CPU_PIN)) != 0) {
            return -Errno.EINVAL;
        }
        Timer timer = at(field);
        if (timer == null || timer.callback == 0) {
            return -Errno.EINVAL;
        }
        due.remove(timer);
        long delay = nanos < 0 ? Long.MAX_VALUE : nanos; // unsigned, and later than anybody waits
        if ((flags & ABSOLUTE) != 0) {
            delay -= read(timer.clock);
        }
        // Not at once: a callback that starts its timer again would keep a run from ending.
        long end = clock.monotonicNanos() + Math.max(delay, 1);
        timer.dueNanos = end < 0 ? Long.MAX_VALUE : end;
        timer.armed = true;
        due.add(timer);
        areArmed = true;
        return 0;
    }

    /// `bpf_timer_cancel`: 1 when it was going, 0 when not, -EINVAL for one not made, -EDEADLK from
    /// its own callback. The callback is forgotten.
    public synchronized int cancel(long field) {
        Timer timer = at(field);
        if (timer == null) {
            return -Errno.EINVAL;
        }
        if (isRunning(timer)) {
            return -Errno.EDEADLK;
        }
        timer.callback = 0;
        boolean armed = timer.armed;
        disarm(timer);
        return armed ? 1 : 0;
    }

    /// The value goes away: its timer does, too.
    public synchronized void release(long field) {
        Timer timer = at(field);
        if (timer != null) {
            disarm(timer);
            byNumber.remove(timer.number);
            RawMemory.putLong(field, 0);
        }
    }

    /// The map goes away: its timers do, too.
    public synchronized void release(BpfMap map) {
        due.removeIf(timer -> timer.map.equals(map));
        byNumber.values().removeIf(timer -> timer.map.equals(map));
        areArmed = !due.isEmpty();
    }

    /// Runs the callbacks that are due; returns how many ran.
    public int run(BpfMachine machine) {
        long now = clock.monotonicNanos();
        int count = 0;
        for (Timer timer; (timer = take(now)) != null; count++) {
            try {
                fire(timer, machine);
            } finally {
                done();
            }
        }
        return count;
    }

    /// Returns once the callback that runs on another thread, if any, has ended: those of programs that
    /// are not registered any more run nowhere then. An interrupt is kept for afterwards.
    public synchronized void awaitCallback() {
        boolean interrupted = false;
        while (running != null && !Thread.currentThread().equals(runner)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// True when one is or will be due. Takes no lock.
    public boolean areArmed() {
        return areArmed;
    }

    /// When the next one is due, by the monotonic clock; the largest number when none is.
    public synchronized long nextDueNanos() {
        Timer next = due.peek();
        return next == null ? Long.MAX_VALUE : next.dueNanos;
    }

    private static void fire(Timer timer, BpfMachine machine) {
        Executable callback = machine.runtime().function(timer.callback);
        if (callback == null) {
            return;
        }
        MapSpec.SpecialField place = timer.map.spec().field("bpf_timer");
        long value = timer.field - (place == null ? 0 : place.offset());
        machine.reset();
        long key = machine.scratch();
        machine.grant(key, timer.map.keySize());
        writeKey(timer.map, value, key);
        callback.call(machine, 0, timer.map.handle(), key, value, 0, 0);
    }

    /// An array's key follows from the address; a hash's is looked for, which is slow.
    private static void writeKey(BpfMap map, long value, long to) {
        if (map.type() == MapType.ARRAY) {
            long stride = (map.valueSize() + 7L) & -8;
            RawMemory.putInt(to, (int) ((value - map.valueBase()) / stride));
            return;
        }
        for (byte[] key = map.nextKey(null); key != null; key = map.nextKey(key)) {
            RawMemory.copyIn(key, 0, to, key.length);
            if (map.lookup(to, 0) == value) {
                return;
            }
        }
    }

    private synchronized @Nullable Timer take(long now) {
        Timer next = due.peek();
        if (next == null || next.dueNanos > now) {
            return null;
        }
        disarm(next);
        running = next;
        runner = Thread.currentThread();
        return next;
    }

    private synchronized void done() {
        running = null;
        runner = null;
        notifyAll();
    }

    private boolean isRunning(Timer timer) {
        Timer current = running;
        return current != null
                && current.number == timer.number
                && Thread.currentThread().equals(runner);
    }

    private void disarm(Timer timer) {
        due.remove(timer);
        timer.armed = false;
        areArmed = !due.isEmpty();
    }

    private @Nullable Timer at(long field) {
        Timer timer = byNumber.get(RawMemory.getLong(field));
        return timer != null && timer.field == field ? timer : null;
    }

    private long read(int which) {
        return switch (which) {
            case CLOCK_REALTIME -> clock.taiNanos();
            case CLOCK_BOOTTIME -> clock.bootNanos();
            default -> clock.monotonicNanos();
        };
    }
}
