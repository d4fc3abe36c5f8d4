package io.xdp4j.ebpf.testrun;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.vm.XdpMd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What a test run may be told about the context: the `ctx_in` of the kernel's.
///
/// Of the packet's bytes the first `data` are metadata, those up to `dataEnd` are linear, and the
/// rest lies in fragments.
///
/// Kernel: `struct xdp_md` as `bpf_prog_test_run_xdp` reads it.
///
/// @param data metadata bytes at the start of the input
/// @param dataEnd where the linear part ends
/// @param dataMeta has to be 0
/// @param ingressIfindex 0 for the default device
/// @param egressIfindex has to be 0
public record TestContext(
        int data,
        int dataEnd,
        int dataMeta,
        int ingressIfindex,
        int rxQueueIndex,
        int egressIfindex) {

    /// The context in the kernel's little-endian form; what a short one lacks is 0.
    ///
    /// Fails: [TestRunException] E2BIG for more than 24 bytes that are not 0.
    public static TestContext parse(byte[] bytes) {
        for (int i = XdpMd.BYTES; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                throw new TestRunException(
                        Errno.E2BIG,
                        "context: " + bytes.length + " bytes (expected: " + XdpMd.BYTES + ")");
            }
        }
        ByteBuffer words = ByteBuffer.allocate(XdpMd.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        words.put(0, bytes, 0, Math.min(bytes.length, XdpMd.BYTES));
        return new TestContext(
                words.getInt(0),
                words.getInt(4),
                words.getInt(8),
                words.getInt(12),
                words.getInt(16),
                words.getInt(20));
    }
}
