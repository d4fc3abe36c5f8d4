package io.xdp4j.tools.report;

import java.util.List;

/// The results of redirects that the samples tell apart.
final class RedirectErrors {
    /// In the order of the rows; 0 is success, 1 what has no row of its own.
    static final List<String> NAMES =
            List.of("Success", "Unknown", "EINVAL", "ENETDOWN", "EMSGSIZE", "EOPNOTSUPP", "ENOSPC");

    private RedirectErrors() {}

    /// The row of an errno.
    static int row(int errno) {
        return switch (errno) {
            case 0 -> 0;
            case 22 -> 2;
            case 100 -> 3;
            case 90 -> 4;
            case 95 -> 5;
            case 28 -> 6;
            default -> 1;
        };
    }
}
