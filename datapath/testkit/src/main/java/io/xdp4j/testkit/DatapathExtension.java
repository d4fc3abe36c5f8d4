package io.xdp4j.testkit;

import io.xdp4j.core.device.Datapath;
import io.xdp4j.core.trace.Ledger;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Makes a datapath for a test, drains it afterwards, and fails the test when a frame or a chunk is
/// missing.
///
/// A test that failed already keeps its own failure.
public final class DatapathExtension implements ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(DatapathExtension.class);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Datapath.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(Datapath.class, key -> open(context), Datapath.class);
    }

    private static Datapath open(ExtensionContext context) {
        DatapathTest settings = settings(context);
        return Datapath.builder().workers(settings.workers()).frames(settings.frames()).build();
    }

    private static DatapathTest settings(ExtensionContext context) {
        Optional<DatapathTest> own =
                context.getTestMethod().map(method -> method.getAnnotation(DatapathTest.class));
        return own.or(() ->
                        context.getTestClass().map(type -> type.getAnnotation(DatapathTest.class)))
                .orElseThrow(() -> new IllegalStateException("@DatapathTest is missing"));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Datapath datapath = context.getStore(NAMESPACE).remove(Datapath.class, Datapath.class);
        if (datapath == null) {
            return;
        }
        try (datapath) {
            Ledger ledger = datapath.drain(DRAIN.toNanos());
            if (context.getExecutionException().isEmpty()) {
                LedgerAssert.assertThat(ledger).isBalanced();
            }
        }
    }
}
