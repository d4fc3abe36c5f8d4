package io.xdp4j.ebpf.verifier;

/// What is known of a register, in words.
final class RegWords {
    private RegWords() {}

    static String of(int number, RegState reg) {
        return "r" + number + " is " + of(reg);
    }

    private static String of(RegState reg) {
        String orNull = reg.mayBeNull() ? ", or NULL" : "";
        return switch (reg.type) {
            case NOT_INIT -> "not written on this path";
            case SCALAR -> number(reg);
            case PACKET -> "the packet's start" + offset(reg) + "; " + proven(reg);
            case PACKET_META -> "the metadata's start" + offset(reg) + "; " + proven(reg);
            case PACKET_END -> "the packet's end";
            case MAP_VALUE -> "a value" + ofMap(reg) + bytes(reg) + offset(reg) + orNull;
            case MAP_KEY -> "a key" + ofMap(reg) + offset(reg);
            case MAP_PTR -> "a map" + orNull;
            case STACK -> "the frame pointer" + offset(reg);
            case CTX -> "the context" + offset(reg);
            case MEM ->
                    "memory of "
                            + Integer.toUnsignedString(reg.memSize)
                            + " bytes"
                            + offset(reg)
                            + orNull;
            default -> reg.typeText();
        };
    }

    private static String ofMap(RegState reg) {
        MapRef map = reg.map;
        return map == null || map.spec().name().isEmpty() ? "" : " of map " + map.spec().name();
    }

    private static String bytes(RegState reg) {
        MapRef map = reg.map;
        return map == null ? "" : " (" + map.valueSize() + " bytes)";
    }

    private static String proven(RegState reg) {
        return reg.range <= 0
                ? "nothing behind it is proven to be packet"
                : reg.range + " bytes behind its base are proven to be packet";
    }

    /// Fixed and variable part of a pointer's offset.
    private static String offset(RegState reg) {
        StringBuilder text = new StringBuilder();
        long fixed = reg.off + (reg.var.isConst() ? reg.var.value() : 0);
        if (fixed != 0) {
            text.append(fixed < 0 ? " - " : " + ").append(Math.abs(fixed));
        }
        if (!reg.var.isConst()) {
            text.append(" + ").append(range(reg));
        }
        return text.toString();
    }

    private static String number(RegState reg) {
        return reg.var.isConst() ? Long.toString(reg.var.value()) : "a number, " + range(reg);
    }

    /// The tighter of the two ranges.
    static String range(RegState reg) {
        if (reg.smin == Long.MIN_VALUE && reg.smax == Long.MAX_VALUE) {
            return reg.umin == 0 && reg.umax == -1
                    ? "anything"
                    : Long.toUnsignedString(reg.umin) + ".." + Long.toUnsignedString(reg.umax);
        }
        String low = reg.smin == Long.MIN_VALUE ? "any negative number" : Long.toString(reg.smin);
        String high = reg.smax == Long.MAX_VALUE ? "any positive number" : Long.toString(reg.smax);
        return low + ".." + high;
    }
}
