package io.xdp4j.tools.prog;

import io.xdp4j.control.json.Json;
import io.xdp4j.control.json.JsonException;
import io.xdp4j.control.json.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// Answers JSON lines, one line out for each line in, whatever a request does.
///
/// Each request runs on a thread of its own with a large stack. One that takes too long is answered
/// in its place and its thread left behind; one that runs out of memory is tried again alone.
///
/// Thread: [#run] by one; answers come from many, a line at a time.
final class BatchLoop {
    /// Stack of a request's thread: verifier and nested calls recurse.
    private static final long STACK_BYTES = 64L << 20;

    private final Handler handler;
    private final PrintStream out;
    private final Duration limit;
    private final Semaphore slots;
    private final int width;
    private final ReadWriteLock memory = new ReentrantReadWriteLock();

    /// What answers a request.
    @FunctionalInterface
    interface Handler {
        /// The answer without `id`, or with a reason in `error`.
        Map<String, @Nullable Object> answer(Json request);
    }

    /// @param width requests at a time
    /// @param limit time that a request may take
    BatchLoop(Handler handler, PrintStream out, int width, Duration limit) {
        this.handler = handler;
        this.out = out;
        this.width = width;
        this.limit = limit;
        this.slots = new Semaphore(width);
    }

    /// Answers all requests; returns after the last answer.
    void run(BufferedReader in) throws IOException, InterruptedException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (!line.isBlank()) {
                start(line);
            }
        }
        slots.acquire(width);
    }

    private void start(String line) throws InterruptedException {
        slots.acquire();
        Request request = new Request(line);
        Thread worker = new Thread(null, request, "request", STACK_BYTES);
        worker.setDaemon(true);
        worker.start();
        Thread.ofVirtual().name("watch").start(() -> watch(request, worker));
    }

    private void watch(Request request, Thread worker) {
        try {
            if (!worker.join(limit)) {
                request.finish(
                        error("still running after " + limit.toMillis() + " ms (expected: less)"));
                worker.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// An answer that gives no verdict, and why.
    static Map<String, @Nullable Object> error(String why) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("verdict", "error");
        answer.put("error", why);
        return answer;
    }

    private final class Request implements Runnable {
        private final String line;
        private final AtomicBoolean finished = new AtomicBoolean();
        private volatile @Nullable Object id;

        Request(String line) {
            this.line = line;
        }

        @Override
        public void run() {
            finish(answer());
        }

        private Map<String, @Nullable Object> answer() {
            Lock shared = memory.readLock();
            shared.lock();
            try {
                return attempt();
            } catch (OutOfMemoryError e) {
                // Falls through: what this attempt used is free for the next.
            } finally {
                shared.unlock();
            }
            return answerAlone();
        }

        private Map<String, @Nullable Object> answerAlone() {
            Lock exclusive = memory.writeLock();
            try {
                if (!exclusive.tryLock(limit.toMillis() / 2, TimeUnit.MILLISECONDS)) {
                    return error("out of memory");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return error("out of memory");
            }
            try {
                return attempt();
            } catch (OutOfMemoryError e) {
                return error("out of memory: " + e.getMessage());
            } finally {
                exclusive.unlock();
            }
        }

        private Map<String, @Nullable Object> attempt() {
            try {
                Json request = Json.parse(line, "request");
                id = request.at("id").raw();
                return handler.answer(request);
            } catch (JsonException e) {
                return error(String.valueOf(e.getMessage()));
            } catch (OutOfMemoryError e) {
                throw e;
            } catch (Throwable e) { // a request must not end the process, whatever it hits
                return error(oneLine(e));
            }
        }

        private void finish(Map<String, @Nullable Object> answer) {
            if (!finished.compareAndSet(false, true)) {
                return;
            }
            Map<String, @Nullable Object> whole = new LinkedHashMap<>();
            whole.put("id", id);
            whole.putAll(answer);
            String text = JsonText.of(whole);
            synchronized (out) {
                out.println(text);
                out.flush();
            }
            slots.release();
        }
    }

    private static String oneLine(Throwable e) {
        String message = e.getMessage() == null ? "" : ": " + e.getMessage();
        return (e.getClass().getSimpleName() + message).lines().findFirst().orElse("");
    }
}
