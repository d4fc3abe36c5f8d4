package io.xdp4j.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.xdp4j.linux.Errno;
import io.xdp4j.linux.Fd;
import io.xdp4j.linux.bpf.KernelBpf.MapAttributes;
import io.xdp4j.linux.bpf.KernelBpf.ProgramAttributes;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KernelBpfTest {
    private static final int HASH = 1;
    private static final int XDP = 6;

    @BeforeEach
    void needsBpf() {
        int fd = KernelBpf.createMap(MapAttributes.of("probe", HASH, 4, 4, 1, 0));
        assumeThat(fd).as("bpf(2) needs CAP_BPF: run as root").isPositive();
        Fd.close(fd);
    }

    @Test
    void storesAndFindsAndIterates() {
        int map = KernelBpf.createMap(MapAttributes.of("m", HASH, 4, 8, 2, 0));
        byte[] key = {1, 2, 3, 4};
        byte[] value = {1, 2, 3, 4, 5, 6, 7, 8};
        byte[] read = new byte[8];
        byte[] next = new byte[4];
        try {
            assertThat(KernelBpf.lookup(map, key, read)).isEqualTo(-Errno.ENOENT);
            assertThat(KernelBpf.update(map, key, value, 0)).isZero();
            assertThat(KernelBpf.update(map, key, value, 1)).isEqualTo(-Errno.EEXIST);
            assertThat(KernelBpf.lookup(map, key, read)).isZero();
            assertThat(read).isEqualTo(value);
            assertThat(KernelBpf.nextKey(map, new byte[0], next)).isZero();
            assertThat(next).isEqualTo(key);
            assertThat(KernelBpf.nextKey(map, key, next)).isEqualTo(-Errno.ENOENT);
            assertThat(KernelBpf.freeze(map)).isZero();
            assertThat(KernelBpf.delete(map, key)).isEqualTo(-Errno.EPERM);
        } finally {
            Fd.close(map);
        }
    }

    @Test
    void runsAProgramOnAPacket() {
        byte[] insns = HexFormat.of().parseHex("b700000003000000" + "9500000000000000");
        var loaded = KernelBpf.loadProgram(ProgramAttributes.of("tx", XDP, insns, "GPL"));
        assertThat(loaded.fd()).as(loaded.log()).isPositive();
        try {
            byte[] packet = new byte[64];
            packet[0] = 2;
            var run = KernelBpf.testRun(loaded.fd(), packet, new byte[0], 64, 1);
            assertThat(run.result()).isZero();
            assertThat(run.retval()).isEqualTo(3);
            assertThat(run.data()).isEqualTo(packet);
        } finally {
            Fd.close(loaded.fd());
        }
    }

    @Test
    void tellsWhyAProgramIsRejected() {
        byte[] insns = HexFormat.of().parseHex("9500000000000000");
        var loaded = KernelBpf.loadProgram(ProgramAttributes.of("bad", XDP, insns, "GPL"));
        assertThat(loaded.fd()).isEqualTo(-Errno.EACCES);
        assertThat(loaded.log()).contains("R0 !read_ok").contains("processed 1 insns");
    }
}
