package io.xdp4j.ebpf.vm;

import io.xdp4j.ebpf.map.BpfMap;
import io.xdp4j.ebpf.map.MapFlags;
import io.xdp4j.ebpf.memory.RawAtomics;
import io.xdp4j.ebpf.memory.RawMemory;
import org.jspecify.annotations.Nullable;

/// Memory as a program on one machine may use it: each access is checked against what is alive.
///
/// Alive are the context, the packet from its metadata to its end, the stack frames in use, values
/// of registered maps, and what was [granted][BpfMachine#grant]. The interpreter and the JIT's
/// checked mode go through here; each method takes the instruction's slot (or -1) for the message.
/// Loads give the zero-extended value, unless their name says signed.
///
/// Thread: the machine's.
/// Fails: [MemoryTrapException] for an access that hits nothing alive.
public final class CheckedMemory {
    private static final int LINE_BITS = 6;
    private static final int LINES = 1 << LINE_BITS;

    private final BpfMachine machine;
    private final long stack;
    private long stackInUse = BpfMachine.STACK_FRAME_BYTES;

    /// Values of maps that were hit lately, by the place of the access: its bounds, and its map as
    /// long as it was not closed. An end of 0 is for what programs must not do there.
    private final long[] valueStarts = new long[LINES];

    private final long[] readableEnds = new long[LINES];
    private final long[] writableEnds = new long[LINES];
    private final @Nullable BpfMap[] valueOwners = new BpfMap[LINES];

    /// The memory as the machine's programs may see it.
    static CheckedMemory of(BpfMachine machine) {
        return new CheckedMemory(machine);
    }

    CheckedMemory(BpfMachine machine) {
        this.machine = machine;
        this.stack = machine.stackBase();
    }

    /// Tells the highest stack frame in use; returns what it was, for the way back.
    public int useFrames(int highest) {
        int before = (int) (stackInUse / BpfMachine.STACK_FRAME_BYTES) - 1;
        stackInUse = (highest + 1L) * BpfMachine.STACK_FRAME_BYTES;
        return before;
    }

    // ---- loads

    public long loadU8(long address, int insn) {
        requireReadable(address, 1, insn);
        return RawMemory.u8(address);
    }

    public long loadU16(long address, int insn) {
        requireReadable(address, 2, insn);
        return RawMemory.getShort(address) & 0xffffL;
    }

    /// Four bytes, or a word of the context: for its packet words, the 64-bit pointer.
    public long loadU32(long address, int insn) {
        if (isContext(address)) {
            return loadContext(address, insn);
        }
        requireReadable(address, 4, insn);
        return RawMemory.getInt(address) & 0xffff_ffffL;
    }

    public long load64(long address, int insn) {
        requireReadable(address, 8, insn);
        return RawMemory.getLong(address);
    }

    public long loadSigned8(long address, int insn) {
        return (byte) loadU8(address, insn);
    }

    public long loadSigned16(long address, int insn) {
        return (short) loadU16(address, insn);
    }

    public long loadSigned32(long address, int insn) {
        requireReadable(address, 4, insn);
        return RawMemory.getInt(address);
    }

    private static boolean isContext(long address) {
        return (address & ~0xffL) == BpfMachine.CTX_HANDLE;
    }

    private long loadContext(long address, int insn) {
        XdpMd packet = machine.xdpOrNull();
        if (packet == null) {
            throw refuse(address, 4, false, insn);
        }
        return switch ((int) (address - BpfMachine.CTX_HANDLE)) {
            case 0 -> packet.data();
            case 4 -> packet.dataEnd();
            case 8 -> packet.dataMeta();
            case 12 -> packet.ingressIfindex() & 0xffff_ffffL;
            case 16 -> packet.rxQueueIndex() & 0xffff_ffffL;
            case 20 -> packet.egressIfindex() & 0xffff_ffffL;
            default -> throw refuse(address, 4, false, insn);
        };
    }

    // ---- stores

    public void store8(long address, long value, int insn) {
        requireWritable(address, 1, insn);
        RawMemory.putByte(address, (int) value);
    }

    public void store16(long address, long value, int insn) {
        requireWritable(address, 2, insn);
        RawMemory.putShort(address, (int) value);
    }

    public void store32(long address, long value, int insn) {
        requireWritable(address, 4, insn);
        RawMemory.putInt(address, (int) value);
    }

    public void store64(long address, long value, int insn) {
        requireWritable(address, 8, insn);
        RawMemory.putLong(address, value);
    }

    // ---- atomics: each returns the value before

    public long add32(long address, long value, int insn) {
        requireAtomic(address, 4, insn);
        return RawAtomics.add32(address, value);
    }

    public long add64(long address, long value, int insn) {
        requireAtomic(address, 8, insn);
        return RawAtomics.add64(address, value);
    }

    public long or32(long address, long value, int insn) {
        requireAtomic(address, 4, insn);
        return RawAtomics.or32(address, value);
    }

    public long or64(long address, long value, int insn) {
        requireAtomic(address, 8, insn);
        return RawAtomics.or64(address, value);
    }

    public long and32(long address, long value, int insn) {
        requireAtomic(address, 4, insn);
        return RawAtomics.and32(address, value);
    }

    public long and64(long address, long value, int insn) {
        requireAtomic(address, 8, insn);
        return RawAtomics.and64(address, value);
    }

    public long xor32(long address, long value, int insn) {
        requireAtomic(address, 4, insn);
        return RawAtomics.xor32(address, value);
    }

    public long xor64(long address, long value, int insn) {
        requireAtomic(address, 8, insn);
        return RawAtomics.xor64(address, value);
    }

    public long exchange32(long address, long value, int insn) {
        requireAtomic(address, 4, insn);
        return RawAtomics.exchange32(address, value);
    }

    public long exchange64(long address, long value, int insn) {
        requireAtomic(address, 8, insn);
        return RawAtomics.exchange64(address, value);
    }

    public long compareExchange32(long address, long expected, long value, int insn) {
        requireAtomic(address, 4, insn);
        return RawAtomics.compareExchange32(address, expected, value);
    }

    public long compareExchange64(long address, long expected, long value, int insn) {
        requireAtomic(address, 8, insn);
        return RawAtomics.compareExchange64(address, expected, value);
    }

    public long loadAcquire8(long address, int insn) {
        requireReadable(address, 1, insn);
        return RawAtomics.loadAcquire8(address);
    }

    public long loadAcquire16(long address, int insn) {
        requireAligned(address, 2, insn);
        requireReadable(address, 2, insn);
        return RawAtomics.loadAcquire16(address);
    }

    public long loadAcquire32(long address, int insn) {
        requireAligned(address, 4, insn);
        requireReadable(address, 4, insn);
        return RawAtomics.loadAcquire32(address);
    }

    public long loadAcquire64(long address, int insn) {
        requireAligned(address, 8, insn);
        requireReadable(address, 8, insn);
        return RawAtomics.loadAcquire64(address);
    }

    public void storeRelease8(long address, long value, int insn) {
        requireWritable(address, 1, insn);
        RawAtomics.storeRelease8(address, value);
    }

    public void storeRelease16(long address, long value, int insn) {
        requireAtomic(address, 2, insn);
        RawAtomics.storeRelease16(address, value);
    }

    public void storeRelease32(long address, long value, int insn) {
        requireAtomic(address, 4, insn);
        RawAtomics.storeRelease32(address, value);
    }

    public void storeRelease64(long address, long value, int insn) {
        requireAtomic(address, 8, insn);
        RawAtomics.storeRelease64(address, value);
    }

    /// Adds to eight bytes as a load, an addition and a store do, of which the load is at that slot and the
    /// store two behind it; returns the sum.
    public long increase64(long address, long by, int insn) {
        int line = line(address);
        if (address < valueStarts[line]
                || address > Math.min(readableEnds[line], writableEnds[line]) - Long.BYTES
                || !isRegistered(valueOwners[line])) {
            requireReadable(address, Long.BYTES, insn);
            requireWritable(address, Long.BYTES, insn + 2);
        }
        long sum = RawMemory.getLong(address) + by;
        RawMemory.putLong(address, sum);
        return sum;
    }

    // ---- checks

    /// Returns when the bytes may be read; also for arguments of helpers.
    public void requireReadable(long address, int size, int insn) {
        if (!isPacket(address, size) && !isStack(address, size)) {
            requireElsewhere(address, size, false, insn);
        }
    }

    /// Returns when the bytes may be written; also for arguments of helpers.
    public void requireWritable(long address, int size, int insn) {
        if (!isPacket(address, size) && !isStack(address, size)) {
            requireElsewhere(address, size, true, insn);
        }
    }

    private void requireAtomic(long address, int size, int insn) {
        requireAligned(address, size, insn);
        requireWritable(address, size, insn);
    }

    private static void requireAligned(long address, int size, int insn) {
        if ((address & (size - 1)) != 0) {
            throw new MemoryTrapException(
                    insn,
                    address,
                    size,
                    "atomic access to "
                            + size
                            + " bytes at 0x"
                            + Long.toHexString(address)
                            + ": misaligned (expected: a multiple of "
                            + size
                            + ")");
        }
    }

    private boolean isPacket(long address, int size) {
        XdpMd packet = machine.xdpOrNull();
        return packet != null && address >= packet.dataMeta() && address <= packet.dataEnd() - size;
    }

    private boolean isStack(long address, int size) {
        long offset = address - stack;
        return offset >= 0
                && offset <= stackInUse - size
                && (offset & (BpfMachine.STACK_FRAME_BYTES - 1))
                        <= BpfMachine.STACK_FRAME_BYTES - size;
    }

    private void requireElsewhere(long address, int size, boolean write, int insn) {
        int line = line(address);
        long end = write ? writableEnds[line] : readableEnds[line];
        if (address < valueStarts[line]
                || address > end - size
                || size <= 0
                || !isRegistered(valueOwners[line])) {
            requireSomewhere(address, size, write, insn);
        }
    }

    private void requireSomewhere(long address, int size, boolean write, int insn) {
        if (size >= 0 && machine.isGranted(address, size)) {
            return;
        }
        BpfMap map = size >= 0 ? machine.runtime().mapOwning(address, size) : null;
        if (map == null) {
            if (size >= 0 && isFragment(address, size)) {
                return;
            }
            throw refuse(address, size, write, insn);
        }
        int forbidden = write ? MapFlags.RDONLY_PROG : MapFlags.WRONLY_PROG;
        if ((map.spec().flags() & forbidden) != 0) {
            throw refuse(address, size, write, insn);
        }
        remember(map, address);
    }

    private void remember(BpfMap map, long address) {
        long start = map.valueAround(address);
        if (start != 0) {
            int line = line(address);
            int flags = map.spec().flags();
            long end = start + map.valueSize();
            valueStarts[line] = start;
            readableEnds[line] = (flags & MapFlags.WRONLY_PROG) == 0 ? end : 0;
            writableEnds[line] = (flags & MapFlags.RDONLY_PROG) == 0 ? end : 0;
            valueOwners[line] = map;
        }
    }

    /// Words are remembered one by one, as small values are many in a cache line, and by all bits of their
    /// address, as maps begin on pages.
    private static int line(long address) {
        return (int) (((address >>> 3) * 0x9e37_79b9_7f4a_7c15L) >>> (Long.SIZE - LINE_BITS));
    }

    /// False for a map that was closed since.
    @SuppressWarnings("ReferenceEquality")
    private boolean isRegistered(@Nullable BpfMap map) {
        return map != null && machine.runtime().mapById(map.id()) == map;
    }

    /// Slow, as nothing but a slice of a packet points there.
    private boolean isFragment(long address, int size) {
        XdpMd packet = machine.xdpOrNull();
        if (packet == null || packet.fragsLength() == 0) {
            return false;
        }
        int last = packet.totalLength() - Math.max(size, 1);
        for (int offset = packet.length(); offset <= last; offset++) {
            if (packet.contiguous(offset, size) == address) {
                return true;
            }
        }
        return false;
    }

    // ---- messages

    private MemoryTrapException refuse(long address, int size, boolean write, int insn) {
        return new MemoryTrapException(
                insn,
                address,
                size,
                (write ? "store of " : "load of ")
                        + size
                        + " bytes at 0x"
                        + Long.toHexString(address)
                        + " hits no memory of the program: "
                        + nearest(address, write));
    }

    private String nearest(long address, boolean write) {
        if (isContext(address)) {
            return "the context has 4-byte words at 0, 4, 8, 12, 16 and 20, read-only (offset "
                    + (address - BpfMachine.CTX_HANDLE)
                    + ")";
        }
        if (address >= 0 && address < 4096) {
            return "a null pointer";
        }
        if (address >= BpfMap.HANDLE_BASE && address < BpfMap.HANDLE_BASE + (1L << 40)) {
            return "a map pointer, which only helpers take";
        }
        BpfMap map = machine.runtime().mapOwning(address, 1);
        if (map != null) {
            return write && (map.spec().flags() & MapFlags.RDONLY_PROG) != 0
                    ? map + " is read-only for programs"
                    : "it starts in a value of " + map + " and does not fit it";
        }
        return nearestOfTheRun(address);
    }

    private String nearestOfTheRun(long address) {
        XdpMd packet = machine.xdpOrNull();
        long inPacket = packet == null ? Long.MAX_VALUE : address - packet.data();
        long inStack = address - stack;
        int grant = machine.nearestGrant(address);
        long inGrant = grant < 0 ? Long.MAX_VALUE : address - machine.grantStart(grant);
        if (distance(inGrant)
                < Math.min(1 << 20, Math.min(distance(inPacket), distance(inStack)))) {
            long length = machine.grantEnd(grant) - machine.grantStart(grant);
            return "offset "
                    + inGrant
                    + " of memory with "
                    + (length == 0 ? "no bytes" : "bytes 0.." + (length - 1));
        }
        if (packet != null && distance(inPacket) <= distance(inStack)) {
            return "packet offset "
                    + inPacket
                    + ", the packet has bytes "
                    + -packet.metaLength()
                    + ".."
                    + (packet.length() - 1);
        }
        if (distance(inStack) < 1 << 20) {
            return "stack offset "
                    + (inStack - stackInUse)
                    + " from the current frame pointer, a frame has -"
                    + BpfMachine.STACK_FRAME_BYTES
                    + "..-1";
        }
        return "nothing of the program is near";
    }

    private static long distance(long offset) {
        return offset == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(offset);
    }
}
