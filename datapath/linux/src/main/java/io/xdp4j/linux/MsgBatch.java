package io.xdp4j.linux;

import io.xdp4j.linux.memory.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Up to `capacity` messages for one `sendmmsg` or `recvmmsg`, each a list of memory ranges.
///
/// Message `i` has its own fixed run of `iovecsPerMessage` entries, so messages are set in any
/// order and nothing moves. With a name or control area, [#rearm] must come before each receive,
/// because the kernel overwrites their lengths.
///
/// ```
/// batch.set(0, header, 10, frame, length);      // scatter-gather of two ranges
/// batch.set(1, frame, length);
/// int sent = batch.send(fd, 0, 2, MSG_DONTWAIT);
/// ```
///
/// - Thread: one at a time.
/// - Owns: nothing; its memory lives in the arena it was made with, and the ranges stay the
///   caller's.
/// - Fails: [#send] and [#receive] return `-errno`. The setters check nothing but `assert`. Nothing
///   here allocates after [#of].
/// - Kernel: `struct mmsghdr`, `struct iovec`, `sendmmsg(2)`, `recvmmsg(2)`.
public final class MsgBatch {
    static final int MMSGHDR_SIZE = 64;
    static final int IOVEC_SIZE = 16;

    private static final int MSG_NAME = 0;
    private static final int MSG_NAMELEN = 8;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_FLAGS = 48;
    private static final int MSG_LEN = 56;
    private static final int IOV_LEN = 8;
    private static final int CACHE_LINE = 64;

    private final int capacity;
    private final int iovecsPerMessage;
    private final int nameBytes;
    private final int controlBytes;
    private final MemorySegment errnoSlot;
    private final long messages;
    private final long iovecs;
    private final long names;
    private final long controls;

    private MsgBatch(
            Arena arena, int capacity, int iovecsPerMessage, int nameBytes, int controlBytes) {
        this.capacity = capacity;
        this.iovecsPerMessage = iovecsPerMessage;
        this.nameBytes = align(nameBytes);
        this.controlBytes = align(controlBytes);
        this.errnoSlot = Downcall.newErrnoSlot(arena);
        this.messages = allocate(arena, MMSGHDR_SIZE);
        this.iovecs = allocate(arena, (long) iovecsPerMessage * IOVEC_SIZE);
        this.names = allocate(arena, this.nameBytes);
        this.controls = allocate(arena, this.controlBytes);
        for (int i = 0; i < capacity; i++) {
            layOut(i);
        }
        rearm(0, capacity);
    }

    /// A batch without name and control areas, for sending on a bound socket.
    public static MsgBatch of(Arena arena, int capacity, int iovecsPerMessage) {
        return of(arena, capacity, iovecsPerMessage, 0, 0);
    }

    /// A batch whose messages also have room for an address and control messages.
    ///
    /// @param capacity messages: 1..1024, the kernel's limit
    /// @param iovecsPerMessage 1..1024, the kernel's limit
    /// @param nameBytes room for the sender's address of each message; 0 for none
    /// @param controlBytes room for control messages of each message; 0 for none
    public static MsgBatch of(
            Arena arena, int capacity, int iovecsPerMessage, int nameBytes, int controlBytes) {
        if (capacity < 1 || capacity > 1024) {
            throw new IllegalArgumentException("capacity: " + capacity + " (expected: 1..1024)");
        }
        if (iovecsPerMessage < 1 || iovecsPerMessage > 1024) {
            throw new IllegalArgumentException(
                    "iovecsPerMessage: " + iovecsPerMessage + " (expected: 1..1024)");
        }
        return new MsgBatch(arena, capacity, iovecsPerMessage, nameBytes, controlBytes);
    }

    private static int align(int bytes) {
        return (bytes + 7) & ~7;
    }

    private long allocate(Arena arena, long bytesPerMessage) {
        return bytesPerMessage == 0
                ? 0
                : arena.allocate(capacity * bytesPerMessage, CACHE_LINE).address();
    }

    private void layOut(int index) {
        long message = message(index);
        RawMemory.putLong(message + MSG_IOV, iovec(index, 0));
        if (nameBytes > 0) {
            RawMemory.putLong(message + MSG_NAME, nameAddress(index));
        }
        if (controlBytes > 0) {
            RawMemory.putLong(message + MSG_CONTROL, controlAddress(index));
        }
    }

    public int capacity() {
        return capacity;
    }

    public int iovecsPerMessage() {
        return iovecsPerMessage;
    }

    /// Raw address of the `struct mmsghdr` array.
    public long address() {
        return messages;
    }

    /// Makes message `index` the one range.
    public void set(int index, long address, int lengthBytes) {
        setIovec(index, 0, address, lengthBytes);
        setIovecCount(index, 1);
    }

    /// Makes message `index` two ranges: often a `virtio_net_hdr` and the frame.
    public void set(int index, long address0, int lengthBytes0, long address1, int lengthBytes1) {
        setIovec(index, 0, address0, lengthBytes0);
        setIovec(index, 1, address1, lengthBytes1);
        setIovecCount(index, 2);
    }

    /// Sets one range of message `index`; [#setIovecCount] says how many count.
    public void setIovec(int index, int range, long address, int lengthBytes) {
        assert index >= 0 && index < capacity && range >= 0 && range < iovecsPerMessage;
        long iovec = iovec(index, range);
        RawMemory.putLong(iovec, address);
        RawMemory.putLong(iovec + IOV_LEN, lengthBytes);
    }

    /// Sets how many ranges message `index` has.
    public void setIovecCount(int index, int count) {
        assert index >= 0 && index < capacity && count >= 0 && count <= iovecsPerMessage;
        RawMemory.putLong(message(index) + MSG_IOVLEN, count);
    }

    /// Gives `count` messages from `first` their full name and control room again.
    public void rearm(int first, int count) {
        for (int i = first; i < first + count; i++) {
            long message = message(i);
            RawMemory.putInt(message + MSG_NAMELEN, nameBytes);
            RawMemory.putLong(message + MSG_CONTROLLEN, controlBytes);
            RawMemory.putInt(message + MSG_FLAGS, 0);
        }
    }

    /// Sends `count` messages from `first`: how many went, or `-errno` when the first one failed.
    ///
    /// Fewer than `count` means that the next one failed; sending again from there tells its errno.
    public int send(int fd, int first, int count, int flags) {
        assert first >= 0 && count >= 0 && first + count <= capacity;
        return Sockets.sendmmsg(errnoSlot, fd, message(first), count, flags);
    }

    /// Receives up to `count` messages into those from `first`: how many came, or `-errno`.
    public int receive(int fd, int first, int count, int flags) {
        assert first >= 0 && count >= 0 && first + count <= capacity;
        return Sockets.recvmmsg(errnoSlot, fd, message(first), count, flags);
    }

    /// Bytes sent or received in message `index`. With `MSG_TRUNC` asked for, a received message
    /// that did not fit has its full length here.
    public int lengthBytes(int index) {
        return RawMemory.getInt(message(index) + MSG_LEN);
    }

    /// Flags of a received message: `MSG_TRUNC`, `MSG_CTRUNC`.
    public int flags(int index) {
        return RawMemory.getInt(message(index) + MSG_FLAGS);
    }

    /// Raw address of the sender's address of message `index`.
    public long nameAddress(int index) {
        return names + (long) index * nameBytes;
    }

    /// Raw address of the control messages of message `index`; see [ControlMessage].
    public long controlAddress(int index) {
        return controls + (long) index * controlBytes;
    }

    /// Bytes of control messages received with message `index`.
    public int controlLengthBytes(int index) {
        return (int) RawMemory.getLong(message(index) + MSG_CONTROLLEN);
    }

    private long message(int index) {
        return messages + (long) index * MMSGHDR_SIZE;
    }

    private long iovec(int index, int range) {
        return iovecs + ((long) index * iovecsPerMessage + range) * IOVEC_SIZE;
    }

    @Override
    public String toString() {
        return "MsgBatch[capacity=" + capacity + ", iovecsPerMessage=" + iovecsPerMessage + ']';
    }
}
