package io.xdp4j.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Gives each test method with a `Datapath` parameter one of its own, and checks the ledger after
/// it.
///
/// On a method it overrides the class's.
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(DatapathExtension.class)
public @interface DatapathTest {
    /// Workers of the datapath.
    int workers() default 2;

    /// Chunks of its pool.
    int frames() default 1024;
}
