package io.xdp4j.linux.device;

import io.xdp4j.linux.Fd;
import io.xdp4j.linux.Sockets;

/// The datagram socket that device ioctls go through; it fixes the network namespace.
final class ControlSocket implements AutoCloseable {
    private int fd;

    private ControlSocket(int fd) {
        this.fd = fd;
    }

    static ControlSocket open() {
        return new ControlSocket(Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 0));
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Fd.close(fd);
            fd = -1;
        }
    }
}
