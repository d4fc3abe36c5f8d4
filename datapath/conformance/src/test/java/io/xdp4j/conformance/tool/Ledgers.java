package io.xdp4j.conformance.tool;

import static org.assertj.core.api.Assertions.assertThat;

/// Assertions on the account that a summary gives of its frames.
public final class Ledgers {
    private Ledgers() {}

    /// Every frame that came in ended in one counter, and every chunk is back.
    public static void assertBalanced(Json summary) {
        Json ledger = summary.at("ledger");
        long dropped =
                summary.at("drops").names().stream()
                        .mapToLong(reason -> summary.at("drops", reason).number())
                        .sum();
        assertThat(ledger.at("balanced").isTrue()).as("balanced: " + ledger).isTrue();
        assertThat(ledger.at("in_flight").number()).as("in flight: " + ledger).isZero();
        assertThat(ledger.at("in").number())
                .as("in = out + dropped: " + ledger)
                .isEqualTo(ledger.at("out").number() + ledger.at("dropped").number());
        assertThat(dropped)
                .as("reasons: " + summary.at("drops"))
                .isEqualTo(ledger.at("dropped").number());
        assertThat(ledger.at("pool_free").number())
                .as("chunks: " + ledger)
                .isEqualTo(ledger.at("pool_size").number());
    }
}
