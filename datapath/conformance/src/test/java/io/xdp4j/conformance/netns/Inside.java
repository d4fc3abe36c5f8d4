package io.xdp4j.conformance.netns;

import io.xdp4j.linux.NetNamespace;
import io.xdp4j.testkit.NetNs;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs code of the test on a thread in a network namespace: the sockets it makes live there.
public final class Inside {
    private static final long LIMIT_SECONDS = 30;

    private Inside() {}

    /// Starts a task inside.
    static <T> CompletableFuture<T> start(NetNs netns, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("in " + netns).start(() -> run(netns, task, result));
        return result;
    }

    private static <T> void run(NetNs netns, Callable<T> task, CompletableFuture<T> result) {
        try (NetNamespace _ = NetNamespace.enter(netns.name())) {
            result.complete(task.call());
        } catch (Exception e) {
            result.completeExceptionally(e);
        }
    }

    /// Waits for what was started.
    static <T> T await(CompletableFuture<T> result) {
        try {
            return result.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /// Runs a task inside, to its end.
    public static <T> T call(NetNs netns, Callable<T> task) {
        return await(start(netns, task));
    }
}
