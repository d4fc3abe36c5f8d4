package io.xdp4j.ebpf.map;

import java.security.SecureRandom;

/// Seeds of hash maps, which those who send packets must not guess.
final class Seeds {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Seeds() {}

    static long next() {
        return RANDOM.nextLong();
    }
}
