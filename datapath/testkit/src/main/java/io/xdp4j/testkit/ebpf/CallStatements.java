package io.xdp4j.testkit.ebpf;

import io.xdp4j.ebpf.isa.Opcode;

/// Calls of functions, of plain helpers, and dynptrs.
final class CallStatements {
    private static final int PRANDOM = 7;
    private static final int CPU = 8;
    private static final int DYNPTR_FROM_MEM = 197;
    private static final int RINGBUF_RESERVE_DYNPTR = 198;
    private static final int RINGBUF_SUBMIT_DYNPTR = 199;
    private static final int RINGBUF_DISCARD_DYNPTR = 200;
    private static final int DYNPTR_READ = 201;
    private static final int DYNPTR_WRITE = 202;
    private static final int DYNPTR_DATA = 203;

    private CallStatements() {}

    /// A static or global function with two numbers.
    static void function(Draft d) {
        d.mov(1, Draft.CTX);
        d.mov(2, d.kept());
        d.mov(3, d.kept());
        d.callFunction(d.chance(3) ? FunctionKind.GLOBAL : FunctionKind.STATIC);
        d.packetSpilled = false;
        d.mov(d.kept(), 0);
    }

    static void plain(Draft d) {
        d.call(d.pick(PRANDOM, CPU));
        d.mov(d.kept(), 0);
    }

    /// A dynptr over a global variable: written, read, looked into.
    static void dynptr(Draft d) {
        int size = d.pick(16, 64);
        int fd = d.map(Maps.globals(size));
        d.loadMapValue(1, fd, 0);
        d.set(2, size + (d.mistake() ? 1 : 0));
        d.set(3, 0);
        d.stackAddress(4, Draft.DYNPTR);
        d.call(DYNPTR_FROM_MEM);
        useDynptr(d, size);
    }

    /// A dynptr over a record of a ring buffer, given back whatever came of it.
    static void ringDynptr(Draft d) {
        int size = d.pick(8, 32);
        d.loadMap(1, d.map(Maps.ring()));
        d.set(2, size);
        d.set(3, 0);
        d.stackAddress(4, Draft.DYNPTR);
        d.call(RINGBUF_RESERVE_DYNPTR);
        useDynptr(d, size);
        if (!d.mistake()) {
            d.stackAddress(1, Draft.DYNPTR);
            d.set(2, 0);
            d.call(d.pick(RINGBUF_SUBMIT_DYNPTR, RINGBUF_DISCARD_DYNPTR));
        }
    }

    private static void useDynptr(Draft d, int size) {
        switch (d.below(3)) {
            case 0 -> {
                d.stackAddress(1, Draft.BUFFER);
                PacketStatements.length(d, 2, 16);
                d.stackAddress(3, Draft.DYNPTR);
                d.mov(4, d.kept());
                d.set(5, 0);
                d.call(DYNPTR_READ);
                d.mov(d.kept(), 0);
            }
            case 1 -> {
                d.stackAddress(1, Draft.DYNPTR);
                d.set(2, d.below(size));
                d.stackAddress(3, Draft.BUFFER);
                PacketStatements.length(d, 4, 16);
                d.set(5, 0);
                d.call(DYNPTR_WRITE);
                d.mov(d.kept(), 0);
            }
            default -> {
                int bytes = d.between(1, 16);
                d.stackAddress(1, Draft.DYNPTR);
                d.set(2, d.below(size));
                d.set(3, bytes);
                d.call(DYNPTR_DATA);
                int none = d.jump(Opcode.JMP | Opcode.JEQ, 0, 0);
                d.load(Opcode.B, d.kept(), 0, bytes - (d.mistake() ? 0 : 1));
                d.land(none);
            }
        }
    }
}
