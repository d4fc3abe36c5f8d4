package io.xdp4j.afxdp.doctor;

/// One thing that was looked at.
///
/// @param name what
/// @param level how it is
/// @param found what was found
/// @param remedy what to do about it, empty when there is nothing to do
public record Check(String name, Level level, String found, String remedy) {
    /// How good a thing is.
    public enum Level {
        OK,
        /// It works, but not as well as it could.
        WARN,
        /// Something does not work because of it.
        FAIL
    }

    static Check ok(String name, String found) {
        return new Check(name, Level.OK, found, "");
    }
}
