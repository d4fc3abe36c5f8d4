package io.xdp4j.ebpf.jit;

import io.xdp4j.ebpf.HotPath;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import io.xdp4j.ebpf.vm.XdpMd;

/// Four-byte loads of verified programs of which only the address tells whether they go to the
/// context. Loads of other sizes and stores cannot.
@HotPath
final class ContextOrMemory {
    private ContextOrMemory() {}

    static long load(BpfMachine machine, long address) {
        if ((address & ~0xffL) != BpfMachine.CTX_HANDLE) {
            return RawMemory.getInt(address) & 0xffff_ffffL;
        }
        XdpMd packet = machine.xdp();
        return switch ((int) address & 0xff) {
            case 0 -> packet.data();
            case 4 -> packet.dataEnd();
            case 8 -> packet.dataMeta();
            case 12 -> packet.ingressIfindex() & 0xffff_ffffL;
            case 16 -> packet.rxQueueIndex() & 0xffff_ffffL;
            default -> packet.egressIfindex() & 0xffff_ffffL;
        };
    }
}
