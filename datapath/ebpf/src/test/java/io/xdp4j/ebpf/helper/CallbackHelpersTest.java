package io.xdp4j.ebpf.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapSpec;
import io.xdp4j.ebpf.map.MapType;
import io.xdp4j.ebpf.map.PerfEventArrayMap;
import io.xdp4j.ebpf.map.PerfRing;
import io.xdp4j.ebpf.map.RingBufferMap;
import io.xdp4j.ebpf.map.UserRingBufferMap;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.vm.Executable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallbackHelpersTest {
    private static final int PROGRAM = 7;
    private static final long FUNCTION = BpfRuntime.functionHandle(PROGRAM, 3);

    private static void function(BpfRuntime runtime, Executable body) {
        runtime.registerFunctions(PROGRAM, new Executable[] {null, null, null, body});
    }

    private static BpfMap map(BpfRuntime runtime, MapType type, int valueSize, int entries) {
        return runtime.createMap(MapSpec.of("m", type, 4, valueSize, entries, 0));
    }

    private static byte[] word(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), 0, 0};
    }

    @Test
    void loopsUntilTheFunctionSaysStop() {
        try (HelperCalls calls = new HelperCalls()) {
            List<String> seen = new ArrayList<>();
            function(
                    calls.runtime,
                    (_, frame, r1, r2, _, _, _) -> {
                        seen.add(frame + ":" + r1 + ":" + r2);
                        return r1 == 2 ? 1 : 0;
                    });
            calls.machine.enterFrame(1);
            assertThat(calls.call("loop", 10, FUNCTION, 99, 0)).isEqualTo(3);
            assertThat(seen).containsExactly("2:0:99", "2:1:99", "2:2:99");
            assertThat(calls.call("loop", 2, FUNCTION, 0, 0)).isEqualTo(2);
            assertThat(calls.call("loop", 0, FUNCTION, 0, 0)).isZero();
            assertThat(calls.call("loop", 1, FUNCTION, 0, 1)).isEqualTo(-22);
            assertThat(calls.call("loop", (1 << 23) + 1, FUNCTION, 0, 0)).isEqualTo(0xffff_fff9L);
        }
    }

    @Test
    void visitsEachElementOnceThoughTheFunctionDeletesIt() {
        try (HelperCalls calls = new HelperCalls()) {
            BpfMap map = map(calls.runtime, MapType.HASH, 4, 100);
            for (int i = 0; i < 20; i++) {
                map.update(word(i), word(1), 0);
            }
            int[] sum = {0};
            function(
                    calls.runtime,
                    (machine, _, r1, r2, r3, r4, _) -> {
                        sum[0] += RawMemory.getInt(r2) + RawMemory.getInt(r3) + (int) r4;
                        return map.handle() != r1 || !machine.isGranted(r2, 4)
                                ? 1
                                : map.delete(r2, 0);
                    });
            assertThat(calls.call("for_each_map_elem", map.handle(), FUNCTION, 100, 0))
                    .isEqualTo(20);
            assertThat(sum[0]).isEqualTo(190 + 20 + 2000);
            assertThat(map.count()).isZero();
            assertThat(calls.call("for_each_map_elem", map.handle(), FUNCTION, 0, 1))
                    .isEqualTo(-22);
        }
    }

    @Test
    void stopsInAnArrayWhereTheFunctionSaysSo() {
        try (HelperCalls calls = new HelperCalls()) {
            BpfMap map = map(calls.runtime, MapType.ARRAY, 8, 5);
            function(calls.runtime, (_, _, _, r2, _, _, _) -> RawMemory.getInt(r2) == 3 ? 1 : 0);
            assertThat(calls.call("for_each_map_elem", map.handle(), FUNCTION, 0, 0)).isEqualTo(4);
        }
    }

    // ---- timers

    private long now = 1_000;

    private final BpfRuntime timed =
            new BpfRuntime(
                    1,
                    new BpfClock() {
                        @Override
                        public long monotonicNanos() {
                            return now;
                        }

                        @Override
                        public long taiNanos() {
                            return now;
                        }
                    },
                    1,
                    _ -> {});

    /// Values with a timer at 8.
    private static MapSpec withTimer() {
        return new MapSpec(
                "t",
                MapType.ARRAY,
                4,
                24,
                3,
                0,
                0,
                null,
                List.of(new MapSpec.SpecialField("bpf_timer", 8, 16)),
                null,
                0,
                0);
    }

    private static long startedTimer(HelperCalls calls, BpfMap map, long nanos) {
        long timer = map.lookup(calls.memory(word(2)), 0) + 8;
        assertThat(calls.call("timer_init", timer, map.handle(), 1)).isZero();
        assertThat(calls.call("timer_set_callback", timer, FUNCTION)).isZero();
        assertThat(calls.call("timer_start", timer, nanos, 0)).isZero();
        return timer;
    }

    @Test
    void runsTimersWhenTheyAreDue() {
        try (HelperCalls calls = new HelperCalls(timed)) {
            BpfMap map = timed.createMap(withTimer());
            long key = calls.memory(word(2));
            long value = map.lookup(key, 0);
            long timer = value + 8;
            List<String> fired = new ArrayList<>();
            function(
                    timed,
                    (machine, _, r1, r2, r3, _, _) -> {
                        fired.add(
                                (r1 == map.handle())
                                        + " "
                                        + RawMemory.getInt(r2)
                                        + " "
                                        + (r3 - value)
                                        + " "
                                        + machine.runtime().timers().cancel(timer));
                        return 0;
                    });
            assertThat(calls.call("timer_start", timer, 10, 0)).isEqualTo(-22);
            assertThat(calls.call("timer_init", timer, map.handle(), 3)).isEqualTo(-22);
            assertThat(calls.call("timer_init", timer, map.handle(), 1)).isZero();
            assertThat(calls.call("timer_init", timer, map.handle(), 1)).isEqualTo(-16);
            assertThat(calls.call("timer_start", timer, 10, 0)).isEqualTo(-22);
            assertThat(calls.call("timer_set_callback", timer, FUNCTION)).isZero();
            assertThat(calls.call("timer_start", timer, 10, 0)).isZero();
            assertThat(calls.call("timer_start", timer, 10, 8)).isEqualTo(-22);
            assertThat(timed.runTimers(calls.machine)).isZero();
            now += 10;
            assertThat(timed.runTimers(calls.machine)).isEqualTo(1);
            assertThat(fired).containsExactly("true 2 0 -35");
            assertThat(calls.call("timer_start", timer, now + 5, 1)).isZero();
            assertThat(timed.timers().nextDueNanos()).isEqualTo(now + 5);
            assertThat(calls.call("timer_cancel", timer)).isEqualTo(1);
            assertThat(calls.call("timer_cancel", timer)).isZero();
            assertThat(calls.call("timer_start", timer, 5, 0)).isEqualTo(-22);
            assertThat(calls.call("timer_cancel", value + 24)).isEqualTo(-22);
        }
    }

    /// With no delay, and at a time that is over.
    @ParameterizedTest
    @CsvSource({"0,0", "500,1"})
    void aCallbackThatStartsItsTimerAgainDoesNotKeepARunFromEnding(long nanos, long flags) {
        try (HelperCalls calls = new HelperCalls(timed)) {
            BpfMap map = timed.createMap(withTimer());
            long timer = startedTimer(calls, map, 1);
            function(
                    timed,
                    (machine, _, _, _, _, _, _) ->
                            machine.runtime().timers().start(timer, nanos, flags));
            now++;
            assertThat(timed.runTimers(calls.machine)).isEqualTo(1);
            assertThat(timed.runTimers(calls.machine)).isZero();
            now++;
            assertThat(timed.runTimers(calls.machine)).isEqualTo(1);
        }
    }

    @Test
    void aDelayIsUnsigned() {
        try (HelperCalls calls = new HelperCalls(timed)) {
            startedTimer(calls, timed.createMap(withTimer()), -1);
            assertThat(timed.timers().nextDueNanos()).isEqualTo(Long.MAX_VALUE);
            assertThat(timed.runTimers(calls.machine)).isZero();
        }
    }

    @Test
    void mapsStayUntilACallbackThatRunsHasEndedAndTakeTheirTimersAlong() throws Exception {
        try (HelperCalls calls = new HelperCalls(timed)) {
            Collection object =
                    Collection.empty(
                            LoadOptions.DEFAULT.withRuntime(timed, 0, TestRun.Ingress.LOOPBACK));
            BpfMap map = object.newMap(withTimer());
            long timer = startedTimer(calls, map, 1);
            Thread closing = Thread.ofPlatform().unstarted(object::close);
            boolean[] isThere = new boolean[1];
            function(
                    timed,
                    (machine, _, _, _, _, _, _) -> {
                        closing.start();
                        while (closing.getState() != Thread.State.WAITING && closing.isAlive()) {
                            Thread.onSpinWait();
                        }
                        isThere[0] = timed.mapById(map.id()) != null;
                        return machine.runtime().timers().start(timer, 1, 0);
                    });
            now++;
            assertThat(timed.runTimers(calls.machine)).isEqualTo(1);
            closing.join();
            assertThat(isThere).containsExactly(true);
            assertThat(timed.maps()).isEmpty();
            assertThat(timed.timers().areArmed()).isFalse();
        }
    }

    // ---- records

    @Test
    void sendsPacketBytesBehindTheRecord() {
        try (HelperCalls calls = new HelperCalls()) {
            BpfMap map =
                    calls.runtime.createMap(MapSpec.of("p", MapType.PERF_EVENT_ARRAY, 4, 4, 2, 0));
            HelperCalls.Frame packet = calls.packet(60);
            RawMemory.putInt(packet.data(), 0x44332211);
            long data = calls.memory(word(9));
            long current = 0xffff_ffffL;
            assertThat(calls.call("perf_event_output", 0, map.handle(), current, data, 4))
                    .isEqualTo(-2);
            PerfRing ring = ((PerfEventArrayMap) map).open(0, 4096);
            assertThat(calls.call("perf_event_output", 0, map.handle(), current, data, 4)).isZero();
            assertThat(calls.call("perf_event_output", 0, map.handle(), 4L << 32, data, 4))
                    .isZero();
            assertThat(calls.call("perf_event_output", 0, map.handle(), 61L << 32, data, 4))
                    .isEqualTo(-14);
            assertThat(calls.call("perf_event_output", 0, map.handle(), 1L << 60, data, 4))
                    .isEqualTo(-22);
            assertThat(calls.call("perf_event_output", 0, map.handle(), 2, data, 4)).isEqualTo(-7);
            List<byte[]> records = new ArrayList<>();
            assertThat(ring.poll(records::add)).isEqualTo(2);
            assertThat(records.get(0)).containsExactly(9, 0, 0, 0);
            assertThat(records.get(1)).containsExactly(9, 0, 0, 0, 0x11, 0x22, 0x33, 0x44);
        }
    }

    @Test
    void drainsWhatTheUserSubmitted() {
        try (HelperCalls calls = new HelperCalls()) {
            BpfMap map =
                    calls.runtime.createMap(MapSpec.of("u", MapType.USER_RINGBUF, 0, 0, 4096, 0));
            UserRingBufferMap ring = (UserRingBufferMap) map;
            for (int i = 1; i <= 3; i++) {
                assertThat(ring.submit(new byte[] {(byte) i, 0, 0, 0, 0, 0, 0, (byte) i})).isTrue();
            }
            long out = calls.zeros(8);
            List<String> seen = new ArrayList<>();
            function(
                    calls.runtime,
                    (_, _, r1, r2, _, _, _) -> {
                        long r0 = calls.call("dynptr_read", out, 8, r1, 0, 0);
                        seen.add(r0 + " " + RawMemory.u8(out + 7) + " " + r2);
                        return RawMemory.u8(out) == 2 ? 1 : 0;
                    });
            long handle = map.handle();
            assertThat(calls.call("user_ringbuf_drain", handle, FUNCTION, 5, 4)).isEqualTo(-22);
            assertThat(calls.call("user_ringbuf_drain", handle, FUNCTION, 5, 0)).isEqualTo(2);
            assertThat(calls.call("user_ringbuf_drain", handle, FUNCTION, 5, 0)).isEqualTo(1);
            assertThat(calls.call("user_ringbuf_drain", handle, FUNCTION, 5, 0)).isZero();
            assertThat(seen).containsExactly("0 1 5", "0 2 5", "0 3 5");
        }
    }

    @Test
    void reservesSubmitsAndDiscardsRecords() {
        try (HelperCalls calls = new HelperCalls()) {
            BpfMap map = calls.runtime.createMap(MapSpec.of("r", MapType.RINGBUF, 0, 0, 4096, 0));
            long record = calls.call("ringbuf_reserve", map.handle(), 4, 0);
            RawMemory.putInt(record, 0x01020304);
            assertThat(calls.call("ringbuf_reserve", map.handle(), 4, 1)).isZero();
            assertThat(calls.call("ringbuf_reserve", map.handle(), 8192, 0)).isZero();
            long dynptr = calls.zeros(16);
            assertThat(calls.call("ringbuf_reserve_dynptr", map.handle(), 8, 0, dynptr)).isZero();
            assertThat(calls.call("ringbuf_query", map.handle(), 0)).isEqualTo(32);
            calls.call("ringbuf_submit", record, 0);
            calls.call("ringbuf_discard_dynptr", dynptr, 0);
            assertThat(calls.call("dynptr_data", dynptr, 0, 1)).isZero();
            assertThat(calls.call("ringbuf_output", map.handle(), calls.memory(word(7)), 4, 0))
                    .isZero();
            assertThat(calls.call("ringbuf_reserve_dynptr", map.handle(), 1 << 24, 0, dynptr))
                    .isEqualTo(-7);
            assertThat(calls.call("ringbuf_reserve_dynptr", map.handle(), 4096, 0, dynptr))
                    .isEqualTo(-22);
            List<byte[]> records = new ArrayList<>();
            assertThat(((RingBufferMap) map).poll((byte[] bytes) -> records.add(bytes)))
                    .isEqualTo(2);
            assertThat(records.get(0)).containsExactly(4, 3, 2, 1);
            assertThat(records.get(1)).containsExactly(7, 0, 0, 0);
        }
    }
}
