package io.xdp4j.ebpf.btf;

/// What a CO-RE relocation comes to.
///
/// Kernel: `struct bpf_core_relo_res` of libbpf.
///
/// @param original what the compiler wrote into the instruction
/// @param value what is to stand there
/// @param checked false when the compiler may have written something else than `original`
/// @param missing true when nothing fits: the instruction must not be reached
/// @param originalSize bytes of the field in the object's types, 0 when it is not asked for
/// @param size bytes of the field in the kernel's types
/// @param resizable true when a load or store may be widened or narrowed from one to the other
public record CoreAnswer(
        long original,
        long value,
        boolean checked,
        boolean missing,
        int originalSize,
        int size,
        boolean resizable) {}
