package io.xdp4j.ebpf.helper;

import io.xdp4j.ebpf.Errno;
import io.xdp4j.ebpf.memory.RawMemory;
import io.xdp4j.ebpf.vm.BpfMachine;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One formatting run of `bpf_snprintf` and `bpf_trace_printk`: what the kernel's `printf` may do
/// in a program.
///
/// Bytes are kept as characters 0 to 255. Pointers print as they are: nothing here is worth hiding.
///
/// Thread: the machine's; made for one call.
/// Kernel: `bpf_bprintf_prepare`, `vsnprintf`.
public final class TextFormat {
    private static final int MAX_STRING_BYTES = 512;
    private static final int POINTER_DIGITS = 16;

    private final @Nullable BpfMachine machine;
    private final String format;
    private final long[] args;
    private final StringBuilder text = new StringBuilder();
    private int at;
    private int used;

    // the conversion at hand
    private boolean left;
    private boolean zeros;
    private boolean plus;
    private boolean blank;
    private int width;

    TextFormat(@Nullable BpfMachine machine, String format, long[] args) {
        this.machine = machine;
        this.format = format;
        this.args = args;
    }

    /// True when a program may format that many arguments by the zero-terminated string at
    /// `address`. The verifier asks this for constant formats.
    public static boolean accepts(long address, int args) {
        String format = read(address, Integer.MAX_VALUE);
        return format != null && new TextFormat(null, format, new long[args]).run() == 0;
    }

    private boolean isLive(long address, int size) {
        return machine != null && machine.isLive(address, size);
    }

    /// The zero-terminated string of at most `limit` bytes at `address`, or null without its end.
    static @Nullable String read(long address, int limit) {
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < limit; i++) {
            int c = RawMemory.u8(address + i);
            if (c == 0) {
                return read.toString();
            }
            read.append((char) c);
        }
        return null;
    }

    /// Formats: 0, or -EINVAL for a format that the kernel refuses.
    int run() {
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c < 0x80 && !isPrintable(c) && !isSpace(c)) {
                return -Errno.EINVAL;
            }
            if (c != '%') {
                text.append(c);
            } else if (peek(0) == '%') {
                text.append('%');
                at++;
            } else if (used >= args.length || !convert()) {
                return -Errno.EINVAL;
            }
        }
        return 0;
    }

    /// What was formatted.
    StringBuilder text() {
        return text;
    }

    private char peek(int ahead) {
        return at + ahead < format.length() ? format.charAt(at + ahead) : 0;
    }

    private boolean convert() {
        readFlags();
        return switch (peek(0)) {
            case 'p' -> {
                at++;
                yield pointer();
            }
            case 's' -> {
                at++;
                yield string(true);
            }
            case 'c' -> {
                at++;
                pad(String.valueOf((char) (args[used++] & 0xff)));
                yield true;
            }
            default -> number();
        };
    }

    private void readFlags() {
        left = false;
        zeros = false;
        plus = false;
        blank = false;
        for (; ; at++) {
            switch (peek(0)) {
                case '0' -> zeros = true;
                case '+' -> plus = true;
                case '-' -> left = true;
                case ' ' -> blank = true;
                default -> {
                    readWidth();
                    return;
                }
            }
        }
    }

    private void readWidth() {
        width = 0;
        for (; peek(0) >= '0' && peek(0) <= '9'; at++) {
            width = Math.min(width * 10 + peek(0) - '0', Short.MAX_VALUE);
        }
    }

    private boolean number() {
        int longs = 0;
        while (longs < 2 && peek(0) == 'l') {
            longs++;
            at++;
        }
        char type = peek(0);
        at++;
        long value = args[used++];
        switch (type) {
            case 'd', 'i' -> signed(longs == 0 ? (int) value : value);
            case 'u' -> digits(Long.toUnsignedString(longs == 0 ? value & 0xffff_ffffL : value));
            case 'x' -> digits(hex(longs == 0 ? value & 0xffff_ffffL : value));
            case 'X' ->
                    digits(hex(longs == 0 ? value & 0xffff_ffffL : value).toUpperCase(Locale.ROOT));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static String hex(long value) {
        return Long.toHexString(value);
    }

    private void signed(long value) {
        String sign = value < 0 ? "-" : plus ? "+" : blank ? " " : "";
        String digits = Long.toUnsignedString(Math.abs(value));
        if (zeros && !left) {
            text.append(sign)
                    .repeat('0', Math.max(0, width - sign.length() - digits.length()))
                    .append(digits);
        } else {
            pad(sign + digits);
        }
    }

    private void digits(String digits) {
        if (zeros && !left) {
            text.repeat('0', Math.max(0, width - digits.length())).append(digits);
        } else {
            pad(digits);
        }
    }

    private void pad(String what) {
        int blanks = Math.max(0, width - what.length());
        if (left) {
            text.append(what).repeat(' ', blanks);
        } else {
            text.repeat(' ', blanks).append(what);
        }
    }

    private boolean pointer() {
        char kind = peek(0);
        if (kind == 0 || isSpace(kind) || isPunctuation(kind)) {
            return hexPointer();
        }
        at++;
        if (kind == 'k' || kind == 'u') {
            return probedString(kind == 'k');
        }
        boolean known =
                switch (kind) {
                    case 'K', 'x' -> hexPointer();
                    case 's', 'S', 'B' -> symbol();
                    case 'i', 'I' -> address(kind);
                    default -> false;
                };
        while (Character.isLetterOrDigit(peek(0))) {
            at++; // vsnprintf takes letters behind for more of the kind
        }
        return known;
    }

    /// No address here has a name.
    private boolean symbol() {
        pad("0x" + hex(args[used++]));
        return true;
    }

    private boolean probedString(boolean kernel) {
        if (peek(0) != 's') {
            return false;
        }
        at++;
        return string(kernel);
    }

    private boolean hexPointer() {
        zeros |= width == 0;
        width = width == 0 ? POINTER_DIGITS : width;
        digits(hex(args[used++]));
        return true;
    }

    private boolean address(char kind) {
        char family = peek(0);
        if (family != '4' && family != '6') {
            return false;
        }
        at++;
        byte[] bytes = new byte[family == '4' ? 4 : 16];
        long from = args[used++];
        if (isLive(from, bytes.length)) {
            RawMemory.copyOut(from, bytes, 0, bytes.length);
        }
        pad(family == '4' ? ipv4(bytes, kind == 'i') : ipv6(bytes, kind == 'I'));
        return true;
    }

    private static String ipv4(byte[] bytes, boolean zeroPadded) {
        StringBuilder dotted = new StringBuilder();
        for (byte part : bytes) {
            String digits = Integer.toString(part & 0xff);
            dotted.append(dotted.isEmpty() ? "" : ".");
            dotted.repeat('0', zeroPadded ? 3 - digits.length() : 0).append(digits);
        }
        return dotted.toString();
    }

    private static String ipv6(byte[] bytes, boolean colons) {
        StringBuilder groups = new StringBuilder();
        HexFormat hex = HexFormat.of();
        for (int i = 0; i < bytes.length; i++) {
            groups.append(colons && i > 0 && i % 2 == 0 ? ":" : "")
                    .append(hex.toHexDigits(bytes[i]));
        }
        return groups.toString();
    }

    /// A string of the program's; one that cannot be read is empty.
    private boolean string(boolean readable) {
        char next = peek(0);
        if (next != 0 && !isSpace(next) && !isPunctuation(next)) {
            return false;
        }
        long from = args[used++];
        StringBuilder read = new StringBuilder();
        while (readable && read.length() < MAX_STRING_BYTES - 1) {
            long address = from + read.length();
            if (!isLive(address, 1)) {
                read.setLength(0);
                break;
            }
            int c = RawMemory.u8(address);
            if (c == 0) {
                break;
            }
            read.append((char) c);
        }
        pad(read.toString());
        return true;
    }

    private static boolean isPrintable(char c) {
        return c >= 0x20 && c < 0x7f;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
    }

    private static boolean isPunctuation(char c) {
        return isPrintable(c) && c != ' ' && !Character.isLetterOrDigit(c);
    }
}
