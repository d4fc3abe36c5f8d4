package io.xdp4j.afxdp.device;

import java.util.concurrent.atomic.AtomicInteger;

/// Hands out the numbers under which sockets borrow frames ([io.xdp4j.core.frame.XdpFrame#borrower]).
/// A closed socket's are not used again, as its descriptor would be while its frames come back.
///
/// Thread: any.
final class Borrowers {
    private final AtomicInteger next = new AtomicInteger(1);

    /// The first of `count` numbers in a row.
    int next(int count) {
        return next.getAndAdd(count);
    }
}
