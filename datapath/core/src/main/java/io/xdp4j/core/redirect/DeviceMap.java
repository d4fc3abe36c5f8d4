package io.xdp4j.core.redirect;

import io.xdp4j.core.device.NetDevice;
import io.xdp4j.core.program.RedirectMap;
import io.xdp4j.core.program.XdpProgram;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A map from number to device, be it an array or a hash.
///
/// Thread: updates any thread; look-ups any worker.
/// Fails: [io.xdp4j.ebpf.MapException] with the kernel's errno.
public interface DeviceMap extends RedirectMap, AutoCloseable {
    /// Puts a device under a key.
    ///
    /// @param egress program that frames run through as they leave, or null
    /// @param flags [UpdateFlags]
    void update(int key, NetDevice device, @Nullable XdpProgram egress, int flags);

    /// Takes a key out.
    void delete(int key);

    /// Whom to tell the keys whose devices have gone, as they go.
    void whenGone(IntConsumer keys);

    /// Stops following devices that go away; the map must not be used any more.
    @Override
    void close();
}
