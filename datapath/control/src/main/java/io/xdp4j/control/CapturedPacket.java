package io.xdp4j.control;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A packet of a capture.
///
/// @param timeNanos when, since the epoch
/// @param program id of the program it was captured at, 0 for all as one
/// @param packet number on its worker, the same at entry and exit of a program
/// @param queue it came in by
/// @param isExit at exit, else at entry
/// @param action at exit, the verdict
/// @param length of the whole packet
/// @param bytes its first bytes
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record CapturedPacket(
        long timeNanos,
        int program,
        long packet,
        int queue,
        boolean isExit,
        int action,
        int length,
        byte[] bytes) {
    /// What stands before a packet's bytes in a record.
    static final int HEADER_BYTES = 36;

    static final int TIME = 0;
    static final int PACKET = 8;
    static final int QUEUE = 16;
    static final int EXIT = 20;
    static final int ACTION = 24;
    static final int LENGTH = 28;
    static final int PROGRAM = 32;

    /// Reads a record of [DatapathControl#openCapture].
    public static CapturedPacket of(byte[] record) {
        ByteBuffer header = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        byte[] bytes = new byte[record.length - HEADER_BYTES];
        header.get(HEADER_BYTES, bytes);
        return new CapturedPacket(
                header.getLong(TIME),
                header.getInt(PROGRAM),
                header.getLong(PACKET),
                header.getInt(QUEUE),
                header.getInt(EXIT) != 0,
                header.getInt(ACTION),
                header.getInt(LENGTH),
                bytes);
    }
}
