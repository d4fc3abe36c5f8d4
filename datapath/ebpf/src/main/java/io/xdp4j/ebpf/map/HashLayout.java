package io.xdp4j.ebpf.map;

/// Where things are in an element of a hash map.
///
/// @param refOffset where an LRU map keeps its place in the lists, 0 in others
/// @param valueOffset the value, or the address of CPU 0's value in per-CPU maps
/// @param stride bytes of an element
/// @param percpuStride bytes of one CPU's value, 0 without such
record HashLayout(int refOffset, int valueOffset, int stride, int percpuStride) {
    static HashLayout of(int keySize, int valueSize, boolean isPerCpu, boolean isLru) {
        int keyEnd = ElementPool.KEY + keySize;
        int ref = isLru ? round(keyEnd, 8) : 0;
        int value = round(isLru ? ref + LruLists.BYTES : keyEnd, 8);
        int percpu = isPerCpu ? round(valueSize, 8) : 0;
        int end = value + (isPerCpu ? 8 : valueSize);
        return new HashLayout(ref, value, strideFor(end), percpu);
    }

    /// Small elements are rounded up so that none of them lies across cache lines.
    private static int strideFor(int bytes) {
        return bytes <= 32 ? 32 : bytes <= 64 ? 64 : round(bytes, 8);
    }

    private static int round(int bytes, int to) {
        return (bytes + to - 1) & -to;
    }
}
