package io.xdp4j.ebpf.elf;

/// A function of a code section.
///
/// @param section index of the section
/// @param first its first slot, from the section's start
/// @param slots how many it has
/// @param local true when only its own object sees it
/// @param hidden true when linkage says global but visibility says otherwise
record CodeFunction(String name, int section, int first, int slots, boolean local, boolean hidden) {
    int end() {
        return first + slots;
    }

    boolean contains(long slot) {
        return slot >= first && slot < end();
    }
}
