package io.xdp4j.core.device;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request for a device, as the configuration or a builder states it.
///
/// @param name the device's name in the datapath
/// @param transport which [NetDeviceProvider] is meant
/// @param options the transport's own settings: String, Long, Boolean, or lists of these
public record DeviceSpec(String name, String transport, Map<String, Object> options) {
    public DeviceSpec {
        options = Map.copyOf(options);
    }

    /// A text option, or `otherwise` when it is not given.
    public String text(String option, String otherwise) {
        Object value = options.get(option);
        return value == null ? otherwise : value.toString();
    }

    /// A text option, or null when it is not given.
    public @Nullable String textOrNull(String option) {
        Object value = options.get(option);
        return value == null ? null : value.toString();
    }

    public long number(String option, long otherwise) {
        Object value = options.get(option);
        return switch (value) {
            case null -> otherwise;
            case Number number -> number.longValue();
            default -> throw wrong(option, value, "a number");
        };
    }

    public int integer(String option, int otherwise) {
        return Math.toIntExact(number(option, otherwise));
    }

    public boolean flag(String option, boolean otherwise) {
        Object value = options.get(option);
        return switch (value) {
            case null -> otherwise;
            case Boolean flag -> flag;
            default -> throw wrong(option, value, "true or false");
        };
    }

    private DeviceException wrong(String option, Object value, String expected) {
        return new DeviceException(
                DeviceException.Kind.USAGE,
                name + ": " + option + ": " + value + " (expected: " + expected + ")");
    }
}
