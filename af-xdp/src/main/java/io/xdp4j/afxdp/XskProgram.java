package io.xdp4j.afxdp;

import static io.xdp4j.ebpf.asm.Register.R1;
import static io.xdp4j.ebpf.asm.Register.R2;
import static io.xdp4j.ebpf.asm.Register.R3;

import io.xdp4j.ebpf.asm.InsnBuilder;
import io.xdp4j.ebpf.isa.Insn;
import io.xdp4j.ebpf.isa.Opcode;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.NativeException;
import io.xdp4j.linux.bpf.KernelBpf;
import io.xdp4j.linux.bpf.KernelXdpLink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A program in the kernel that hands the frames of an interface to AF_XDP sockets: each queue's to
/// its own, and those of a queue without a socket on to the stack; or to several sockets of one queue
/// in turn.
///
/// A BPF link holds it on the interface, so the kernel takes it off when this process ends, however
/// it ends.
///
/// Thread: one at a time; the interface index means the network namespace of the thread.
/// Owns: map, program and link, until closed.
/// Fails: [NativeException].
public final class XskProgram implements AutoCloseable {
    private static final int BPF_MAP_TYPE_ARRAY = 2;
    private static final int BPF_MAP_TYPE_XSKMAP = 17;
    private static final int BPF_PROG_TYPE_XDP = 6;
    private static final int BPF_F_XDP_HAS_FRAGS = 1 << 5;
    private static final int REDIRECT_MAP = 51;
    private static final int XDP_DROP = 1;
    private static final int XDP_PASS = 2;
    private static final int RX_QUEUE_INDEX = 16;
    private static final String NAME = "xdp4j_xsk";

    private final int map;
    private final int program;
    private final int link;

    private XskProgram(int map, int program, int link) {
        this.map = map;
        this.program = program;
        this.link = link;
    }

    /// Loads the program and attaches it.
    ///
    /// @param flags [KernelXdpLink#XDP_FLAGS_DRV_MODE] or [KernelXdpLink#XDP_FLAGS_SKB_MODE]
    /// @param frags whether frames of several buffers are welcome
    public static XskProgram attach(int ifindex, int queues, int flags, boolean frags) {
        int map = createMap("xdp4j_xsks", BPF_MAP_TYPE_XSKMAP, queues);
        return attach(map, byQueue(map), ifindex, flags, frags);
    }

    /// Loads a program that hands frames to `sockets` sockets in turn, and attaches it.
    ///
    /// @param sockets a power of two
    public static XskProgram attachInTurn(int ifindex, int sockets, int flags, boolean frags) {
        int map = createMap("xdp4j_xsks", BPF_MAP_TYPE_XSKMAP, sockets);
        int counter = -1;
        try {
            counter = createMap("xdp4j_turn", BPF_MAP_TYPE_ARRAY, 1);
        } catch (NativeException e) {
            Fd.close(map);
            throw e;
        }
        try {
            return attach(map, inTurn(map, counter, sockets), ifindex, flags, frags);
        } finally {
            Fd.close(counter); // the program holds it
        }
    }

    private static int createMap(String name, int type, int entries) {
        return checked(
                "BPF_MAP_CREATE, " + name,
                KernelBpf.createMap(KernelBpf.MapAttributes.of(name, type, 4, 4, entries, 0)));
    }

    private static XskProgram attach(
            int map, List<Insn> insns, int ifindex, int flags, boolean frags) {
        int program = -1;
        try {
            program = load(insns, frags);
            int link =
                    checked(
                            "BPF_LINK_CREATE, ifindex=" + ifindex + modeOf(flags),
                            KernelXdpLink.attach(program, ifindex, flags));
            return new XskProgram(map, program, link);
        } catch (NativeException e) {
            if (program >= 0) {
                Fd.close(program);
            }
            Fd.close(map);
            throw e;
        }
    }

    private static String modeOf(int flags) {
        return flags == KernelXdpLink.XDP_FLAGS_SKB_MODE ? ", generic" : ", native";
    }

    private static int load(List<Insn> insns, boolean frags) {
        KernelBpf.LoadResult loaded =
                KernelBpf.loadProgram(
                        new KernelBpf.ProgramAttributes(
                                NAME,
                                BPF_PROG_TYPE_XDP,
                                0,
                                encode(insns),
                                "Apache-2.0",
                                frags ? BPF_F_XDP_HAS_FRAGS : 0,
                                0,
                                0,
                                0,
                                new byte[0]));
        return checked("BPF_PROG_LOAD, " + NAME, loaded.fd());
    }

    /// `return bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS)`.
    private static List<Insn> byQueue(int map) {
        return InsnBuilder.program()
                .ldx(Opcode.W, R2, R1, RX_QUEUE_INDEX)
                .map(R1, map)
                .mov64(R3, XDP_PASS)
                .call(REDIRECT_MAP)
                .exit()
                .insns();
    }

    /// `return bpf_redirect_map(&xsks, turn = (turn + 1) & (sockets - 1), XDP_DROP)`.
    private static List<Insn> inTurn(int map, int counter, int sockets) {
        return InsnBuilder.program()
                .mapValue(R1, counter, 0)
                .ldx(Opcode.W, R2, R1, 0)
                .add32(R2, 1)
                .and32(R2, sockets - 1)
                .stx(Opcode.W, R1, 0, R2)
                .map(R1, map)
                .mov64(R3, XDP_DROP)
                .call(REDIRECT_MAP)
                .exit()
                .insns();
    }

    private static byte[] encode(List<Insn> insns) {
        ByteBuffer bytes =
                ByteBuffer.allocate(insns.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        insns.forEach(insn -> bytes.putLong(insn.encode()));
        return bytes.array();
    }

    /// Has frames go to a socket that is bound.
    ///
    /// @param index the socket's queue, or its turn
    public void direct(int index, KernelXskSocket socket) {
        int result = KernelBpf.update(map, bytes(index), bytes(socket.fd()), 0);
        checked("BPF_MAP_UPDATE_ELEM, XSKMAP, key=" + index, result);
    }

    private static byte[] bytes(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    private static int checked(String subject, int result) {
        if (result < 0) {
            throw NativeException.of("bpf", subject, result);
        }
        return result;
    }

    /// Takes the program off the interface.
    @Override
    public void close() {
        Fd.close(link);
        Fd.close(program);
        Fd.close(map);
    }
}
