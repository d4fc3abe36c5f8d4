package io.xdp4j.linux.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.xdp4j.linux.Ioctl;
import io.xdp4j.linux.NativeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Carries one ethtool command in a `struct ifreq`.
final class EthtoolIoctl implements AutoCloseable {
    private static final int SIOCETHTOOL = 0x8946;

    private final ControlSocket socket;

    EthtoolIoctl(ControlSocket socket) {
        this.socket = socket;
    }

    /// Zeroed memory that starts with the command.
    static MemorySegment command(Arena arena, long sizeBytes, int command) {
        MemorySegment memory = arena.allocate(sizeBytes, 8);
        memory.set(JAVA_INT, 0, command);
        return memory;
    }

    /// The result, or `-errno`.
    int tryCall(String ifname, MemorySegment command) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = IfReqLayout.of(arena, ifname);
            request.set(JAVA_LONG, IfReqLayout.UNION, command.address());
            return Ioctl.ioctl(socket.fd(), SIOCETHTOOL, request.address());
        }
    }

    int call(String ifname, MemorySegment command, String commandName) {
        int result = tryCall(ifname, command);
        if (result < 0) {
            throw failed(ifname, commandName, result);
        }
        return result;
    }

    static NativeException failed(String ifname, String commandName, int errno) {
        return NativeException.of("ioctl", "SIOCETHTOOL, " + commandName + ", " + ifname, errno);
    }

    /// A string in a field of `sizeBytes`, which need not end in a zero byte.
    static String fixedString(MemorySegment memory, long offset, int sizeBytes) {
        byte[] bytes = memory.asSlice(offset, sizeBytes).toArray(JAVA_BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
