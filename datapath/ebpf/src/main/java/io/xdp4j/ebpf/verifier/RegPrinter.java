package io.xdp4j.ebpf.verifier;

/// One register as the kernel's log shows it.
///
/// Kernel: `print_reg_state`, `print_scalar_ranges`.
final class RegPrinter {
    private static final int RANGES = 8;
    private static final String[] NAMES = {
        "smin", "smax", "umin", "umax", "smin32", "smax32", "umin32", "umax32"
    };

    private final boolean allPrecise;
    private final StringBuilder text = new StringBuilder();
    private String separator = "";

    /// @param allPrecise true where each scalar counts as precise
    RegPrinter(boolean allPrecise) {
        this.allPrecise = allPrecise;
    }

    String text(RegState reg, FrameState frame) {
        text.setLength(0);
        separator = "";
        print(reg, frame);
        return text.toString();
    }

    private void print(RegState reg, FrameState frame) {
        if (reg.isScalar() && (reg.precise || allPrecise)) {
            text.append('P');
        }
        if (reg.isConst()) {
            text.append(LogNumbers.signed(reg.var.value()));
            return;
        }
        text.append(reg.typeText());
        if (reg.isPlain(RegType.STACK)) {
            if (frame.frameNumber != reg.frame) {
                text.append('[').append(reg.frame).append(']');
            }
            if (reg.var.isConst()) {
                text.append(LogNumbers.signed(reg.var.value() + reg.off));
                return;
            }
        }
        text.append('(');
        printDetails(reg);
        text.append(')');
    }

    private void add(String word) {
        text.append(separator).append(word);
        separator = ",";
    }

    private void printDetails(RegState reg) {
        if (reg.id != 0) {
            add("id=" + (reg.id & ~RegState.ADD_CONST));
        }
        if ((reg.id & RegState.ADD_CONST) != 0) {
            text.append(reg.off >= 0 ? "+" : "").append(reg.off);
        }
        if (reg.refObjId != 0) {
            add("ref_obj_id=" + reg.refObjId);
        }
        MapRef map = reg.map;
        if (reg.type.isMapRelated() && map != null) {
            if (map.live() != null && !map.spec().name().isEmpty()) {
                add("map=" + map.spec().name());
            }
            add("ks=" + map.keySize() + ",vs=" + map.valueSize());
        }
        if (!reg.isScalar() && reg.off != 0) {
            add("off=" + LogNumbers.signed(reg.off));
        }
        if (reg.type.isPacket()) {
            add("r=" + LogNumbers.unsigned(reg.range));
        }
        if (reg.is(RegType.MEM)) {
            add("sz=" + LogNumbers.unsigned(reg.memSize & 0xffff_ffffL));
        }
        if (reg.is(RegType.DYNPTR)) {
            add("type=" + reg.dynptr.text());
        }
        printValue(reg);
    }

    private void printValue(RegState reg) {
        if (reg.var.isConst()) {
            if (reg.var.value() != 0) {
                add("imm=" + LogNumbers.signed(reg.var.value()));
            }
            return;
        }
        printRanges(reg);
        if (!reg.var.isUnknown()) {
            add("var_off=" + reg.var);
        }
    }

    private void printRanges(RegState reg) {
        long[] values = {
            reg.smin,
            reg.smax,
            reg.umin,
            reg.umax,
            signed32(reg.s32min),
            signed32(reg.s32max),
            reg.u32min & 0xffff_ffffL,
            reg.u32max & 0xffff_ffffL
        };
        boolean[] omitted = {
            reg.smin == Long.MIN_VALUE,
            reg.smax == Long.MAX_VALUE,
            reg.umin == 0,
            reg.umax == -1,
            reg.s32min == Integer.MIN_VALUE,
            reg.s32max == Integer.MAX_VALUE,
            reg.u32min == 0,
            reg.u32max == -1
        };
        for (int i = 0; i < RANGES; i++) {
            if (!omitted[i]) {
                printRange(i, values, omitted);
            }
        }
    }

    /// Ranges with equal values share one number: `smax=umax=5`.
    private void printRange(int first, long[] values, boolean[] omitted) {
        StringBuilder names = new StringBuilder(NAMES[first]).append('=');
        boolean negative = isSigned(first) && values[first] < 0;
        for (int i = first + 2; i < RANGES; i += 2) {
            if (omitted[i] || values[i] != values[first]) {
                continue;
            }
            if ((isSigned(i) && values[i] < 0) == negative) {
                omitted[i] = true;
                names.append(NAMES[i]).append('=');
            }
        }
        long value = values[first];
        add(names + (isSigned(first) ? LogNumbers.signed(value) : LogNumbers.unsigned(value)));
    }

    private static boolean isSigned(int range) {
        return NAMES[range].charAt(0) == 's';
    }

    private static long signed32(int value) {
        return LogNumbers.isSignedDecimal(value) ? value : value & 0xffff_ffffL;
    }
}
