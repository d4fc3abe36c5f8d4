package io.xdp4j.core.trace;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.AnnotationElement;
import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.EventFactory;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.StackTrace;
import jdk.jfr.ValueDescriptor;
import org.jspecify.annotations.Nullable;

/// The tracepoints as events of the JDK's Flight Recorder: `xdp4j.xdp_exception` and so on.
///
/// Listens only while a recording runs, so that tracepoints cost nothing without one. Of the two
/// that fire for each frame, `xdp_redirect` is off unless the recording asks for it.
///
/// Thread: any.
/// Owns: its subscription to the tracepoints.
public final class JfrTraces implements AutoCloseable, FlightRecorderListener {
    private static final String PREFIX = "xdp4j.";

    private final Tracepoints tracepoints;
    private final Map<Tracepoint, EventFactory> factories = new EnumMap<>(Tracepoint.class);
    private Tracepoints.@Nullable Subscription subscription;
    private boolean closed;

    private JfrTraces(Tracepoints tracepoints) {
        this.tracepoints = tracepoints;
    }

    /// Has recordings, those that run already too, get the events of a datapath.
    public static JfrTraces of(Tracepoints tracepoints) {
        JfrTraces traces = new JfrTraces(tracepoints);
        if (FlightRecorder.isAvailable()) {
            FlightRecorder.addListener(traces);
            traces.follow();
        }
        return traces;
    }

    @Override
    public void recordingStateChanged(Recording recording) {
        follow();
    }

    private void follow() {
        follow(isRecording()); // asked without our lock: the recorder has one of its own
    }

    private synchronized void follow(boolean recording) {
        boolean wanted = recording && !closed;
        if (wanted && subscription == null) {
            register();
            subscription = tracepoints.subscribe(this::commit);
        } else if (!wanted && subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    private static boolean isRecording() {
        return FlightRecorder.isInitialized()
                && FlightRecorder.getFlightRecorder().getRecordings().stream()
                        .anyMatch(recording -> recording.getState() == RecordingState.RUNNING);
    }

    private void register() {
        for (Tracepoint point : Tracepoint.values()) {
            factories.computeIfAbsent(point, JfrTraces::factory);
        }
    }

    private static EventFactory factory(Tracepoint point) {
        List<AnnotationElement> annotations =
                List.of(
                        new AnnotationElement(Name.class, PREFIX + point.eventName()),
                        new AnnotationElement(Label.class, point.eventName()),
                        new AnnotationElement(Category.class, new String[] {"xdp4j", "xdp"}),
                        new AnnotationElement(StackTrace.class, false),
                        new AnnotationElement(Enabled.class, point != Tracepoint.XDP_REDIRECT));
        List<ValueDescriptor> fields = new ArrayList<>();
        for (String field : point.fields()) {
            fields.add(new ValueDescriptor(isText(field) ? String.class : int.class, field));
        }
        return EventFactory.create(annotations, fields);
    }

    private static boolean isText(String field) {
        return switch (field) {
            case "action", "mem_type", "allocator", "page", "errmsg", "reason" -> true;
            default -> false;
        };
    }

    private void commit(Tracepoint point, Object... values) {
        EventFactory factory = factories.get(point);
        if (factory == null) {
            return;
        }
        Event event = factory.newEvent();
        if (event.shouldCommit()) {
            for (int i = 0; i < values.length; i++) {
                event.set(i, values[i]);
            }
            event.commit();
        }
    }

    @Override
    public void close() {
        FlightRecorder.removeListener(this);
        synchronized (this) {
            closed = true;
            follow(false);
        }
    }
}
