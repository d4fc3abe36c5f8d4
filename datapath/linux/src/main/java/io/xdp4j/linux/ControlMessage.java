package io.xdp4j.linux;

import io.xdp4j.linux.memory.RawMemory;

/// Finds control messages in the area that `recvmmsg` filled.
///
/// - Thread: any.
/// - Fails: [#find] returns 0; a wrong length in the area ends the search.
/// - Kernel: `struct cmsghdr`, `CMSG_NXTHDR(3)`.
public final class ControlMessage {
    /// Bytes before the data of a control message.
    public static final int HEADER_SIZE = 16;

    private static final int LEVEL = 8;
    private static final int TYPE = 12;

    private ControlMessage() {}

    /// Room for one control message with `dataBytes` of data.
    public static int space(int dataBytes) {
        return HEADER_SIZE + align(dataBytes);
    }

    /// Raw address of the data of the first control message of this level and type, with at least
    /// `dataBytes`; 0 when there is none.
    public static long find(long area, int areaBytes, int level, int type, int dataBytes) {
        long end = area + areaBytes;
        long at = area;
        while (end - at >= HEADER_SIZE) {
            long length = RawMemory.getLong(at);
            if (length < HEADER_SIZE || length > end - at) {
                return 0;
            }
            if (RawMemory.getInt(at + LEVEL) == level
                    && RawMemory.getInt(at + TYPE) == type
                    && length >= HEADER_SIZE + dataBytes) {
                return at + HEADER_SIZE;
            }
            at += align((int) length);
        }
        return 0;
    }

    private static int align(int bytes) {
        return (bytes + 7) & ~7;
    }
}
