package io.xdp4j.ebpf.asm;

import io.xdp4j.ebpf.MalformedObjectException;

/// A line of assembly and how far it is read.
///
/// Fails: [MalformedObjectException] with line and column.
final class Scanner {
    private final String text;
    private final int line;
    private int at;

    Scanner(String text, int line) {
        this.text = text;
        this.line = line;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    boolean isAtEnd() {
        skipBlanks();
        return at == text.length();
    }

    int mark() {
        return at;
    }

    void reset(int mark) {
        at = mark;
    }

    /// Reads that text if it comes next.
    boolean accept(String expected) {
        skipBlanks();
        if (!text.startsWith(expected, at)) {
            return false;
        }
        at += expected.length();
        return true;
    }

    /// Reads that word if it comes next and ends there.
    boolean acceptWord(String expected) {
        int mark = at;
        if (accept(expected) && !isWordCharacter()) {
            return true;
        }
        at = mark;
        return false;
    }

    private boolean isWordCharacter() {
        return at < text.length() && isWordCharacter(text.charAt(at));
    }

    private static boolean isWordCharacter(char c) {
        return c == '_' || c == '.' || c == '$' || Character.isLetterOrDigit(c);
    }

    void expect(String expected) {
        if (!accept(expected)) {
            throw fail("expected \"" + expected + "\"");
        }
    }

    void expectEnd() {
        if (!isAtEnd()) {
            throw fail("expected the end of the line");
        }
    }

    /// Letters, digits, `_`, `.` and `$`; empty when none come next.
    String word() {
        skipBlanks();
        int start = at;
        while (isWordCharacter()) {
            at++;
        }
        return text.substring(start, at);
    }

    /// `r0`..`r10`, or with the other letter `w0`..`w10`.
    int register(char letter) {
        skipBlanks();
        int mark = at;
        int register = registerOrMinus1(letter);
        if (register < 0) {
            at = mark;
            throw fail("expected a register, " + letter + "0.." + letter + "10");
        }
        return register;
    }

    private int registerOrMinus1(char letter) {
        String word = word();
        if (word.length() < 2 || word.length() > 3 || word.charAt(0) != letter) {
            return -1;
        }
        int register = 0;
        for (int i = 1; i < word.length(); i++) {
            char digit = word.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            register = register * 10 + digit - '0';
        }
        return register <= 10 ? register : -1;
    }

    /// True when a register with that letter comes next.
    boolean isRegister(char letter) {
        int mark = at;
        boolean is = registerOrMinus1(letter) >= 0;
        at = mark;
        return is;
    }

    /// A decimal or hexadecimal number of 64 bits, signed or unsigned.
    long number() {
        skipBlanks();
        int mark = at;
        boolean negative = accept("-");
        if (!negative) {
            accept("+");
        }
        boolean hex = accept("0x");
        String digits = word();
        try {
            long value = Long.parseUnsignedLong(digits, hex ? 16 : 10);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            at = mark;
            throw fail("expected a number");
        }
    }

    /// A number between the bounds.
    int number(long least, long most, String what) {
        skipBlanks();
        int mark = at;
        long value = number();
        if (value < least || value > most) {
            at = mark;
            throw fail(what + " " + value + " (expected: " + least + ".." + most + ")");
        }
        return (int) value;
    }

    MalformedObjectException fail(String problem) {
        return new MalformedObjectException(
                "line " + line + ", column " + (at + 1) + ": " + problem + ": " + text);
    }
}
