/// Frame builders, a NIC without a wire, ledger assertions, network namespaces.
@NullMarked
package io.xdp4j.testkit;

import org.jspecify.annotations.NullMarked;
