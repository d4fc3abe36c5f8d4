package io.xdp4j.testkit;

import io.xdp4j.core.frame.XdpFrame;

/// A frame as a [FakeNic] sent it.
///
/// @param worker index of the worker that sent it
/// @param bytes all its bytes
/// @param chunks chunks it was in
/// @param partialChecksum whether its checksum was left to the device
/// @param gsoSize payload bytes a segment, 0 when it was no GSO frame
/// @param timestampNanos its capture time, 0 for none
@SuppressWarnings("ArrayRecordComponent") // never changed, never compared
public record TransmittedFrame(
        int worker,
        byte[] bytes,
        int chunks,
        boolean partialChecksum,
        int gsoSize,
        long timestampNanos) {

    static TransmittedFrame of(int worker, XdpFrame frame) {
        return new TransmittedFrame(
                worker,
                frame.toByteArray(),
                1 + frame.fragCount(),
                frame.needsChecksum(),
                frame.gsoSize(),
                frame.timestampNanos());
    }
}
