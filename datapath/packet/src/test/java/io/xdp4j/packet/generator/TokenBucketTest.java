package io.xdp4j.packet.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void fillsWithTheRate() {
        TokenBucket bucket = new TokenBucket(1000);
        bucket.restart(5 * SECOND);
        assertThat(bucket.available(5 * SECOND)).isZero();
        assertThat(bucket.available(5 * SECOND + SECOND / 1000)).isEqualTo(1);
        assertThat(bucket.available(5 * SECOND + SECOND / 20)).isEqualTo(50);
        bucket.take(50);
        assertThat(bucket.available(5 * SECOND + SECOND / 20)).isZero();
    }

    @Test
    void losesNothingInFractions() {
        TokenBucket bucket = new TokenBucket(3);
        bucket.restart(0);
        long sent = 0;
        for (long now = 0; now <= 100 * SECOND; now += 7_777_777) {
            int available = (int) bucket.available(now);
            bucket.take(available);
            sent += available;
        }
        assertThat(sent).isBetween(299L, 300L);
    }

    @Test
    void forgetsWhatALongStallWouldHaveSent() {
        TokenBucket bucket = new TokenBucket(10_000);
        bucket.restart(0);
        assertThat(bucket.available(60 * SECOND)).isEqualTo(1000);
        bucket.take(1000);
        assertThat(bucket.available(60 * SECOND)).isZero();
        assertThat(bucket.available(60 * SECOND + SECOND / 100)).isEqualTo(100);
    }

    @Test
    void isAlwaysFullWithoutARate() {
        TokenBucket bucket = new TokenBucket(0);
        bucket.take(1 << 30);
        assertThat(bucket.available(0)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 10000000",
        "100, 2500000",
        "1000, 1000000",
        "100000, 320000",
        "1000000, 100000",
        "1000000000, 100000"
    })
    void looksAfterTheBucketAsOftenAsTheRateNeeds(double rate, long nanos) {
        assertThat(new TokenBucket(rate).periodNanos()).isEqualTo(nanos);
    }
}
