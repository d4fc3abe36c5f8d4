package io.xdp4j.linux.netlink;

/// The XDP program of an interface.
///
/// - Kernel: `IFLA_XDP`.
///
/// @param mode where it runs; of several the driver's
/// @param programId its id, 0 for none
public record XdpAttachment(Mode mode, int programId) {
    /// No program.
    public static final XdpAttachment NONE = new XdpAttachment(Mode.NONE, 0);

    /// `XDP_ATTACHED_*`.
    public enum Mode {
        NONE("none"),
        DRIVER("native"),
        SKB("generic"),
        HARDWARE("offloaded"),
        MULTI("native and generic");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        /// As people call it.
        public String text() {
            return text;
        }
    }
}
