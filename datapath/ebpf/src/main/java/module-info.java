/// The eBPF engine as a library: no Netty, no threads, no system calls.
module io.xdp4j.ebpf {
    requires static org.jspecify;

    exports io.xdp4j.ebpf;
    exports io.xdp4j.ebpf.asm;
    exports io.xdp4j.ebpf.btf;
    exports io.xdp4j.ebpf.collection;
    exports io.xdp4j.ebpf.elf;
    exports io.xdp4j.ebpf.helper;
    exports io.xdp4j.ebpf.interpreter;
    exports io.xdp4j.ebpf.isa;
    exports io.xdp4j.ebpf.jit;
    exports io.xdp4j.ebpf.map;
    exports io.xdp4j.ebpf.memory;
    exports io.xdp4j.ebpf.program;
    exports io.xdp4j.ebpf.testrun;
    exports io.xdp4j.ebpf.verifier;
    exports io.xdp4j.ebpf.vm;
    exports io.xdp4j.ebpf.witness;
}
