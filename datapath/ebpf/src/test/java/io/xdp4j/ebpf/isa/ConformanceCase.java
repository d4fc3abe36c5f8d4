package io.xdp4j.ebpf.isa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A case of the public instruction-set suite in `isa/conformance.jsonl`.
///
/// @param kernelAccepts false for what the kernel's verifier refuses (out-of-range shifts, callx)
@SuppressWarnings("ArrayRecordComponent") // handed to engines, never compared
public record ConformanceCase(
        String name,
        List<Insn> insns,
        String memoryHex,
        List<Insn> xdpInsns,
        long expected,
        boolean kernelAccepts) {
    private static final String FILE = "/isa/conformance.jsonl";

    /// All cases, in the file's order.
    public static List<ConformanceCase> all() {
        try (InputStream in = ConformanceCase.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + ": missing from the test resources");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().map(ConformanceCase::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What r1 points to, r2 bytes.
    public byte[] memory() {
        return HexFormat.of().parseHex(memoryHex);
    }

    private static ConformanceCase parse(String line) {
        return new ConformanceCase(
                field(line, "name"),
                InsnValidator.decode(HexFormat.of().parseHex(field(line, "insns"))),
                field(line, "mem"),
                InsnValidator.decode(HexFormat.of().parseHex(field(line, "xdp_insns"))),
                Long.parseUnsignedLong(field(line, "expect_r0").substring(2), 16),
                field(line, "verdict").equals("accept"));
    }

    private static String field(String line, String key) {
        Matcher field = Pattern.compile("\"" + key + "\": \"([^\"]*)\"").matcher(line);
        if (!field.find()) {
            throw new IllegalArgumentException("no field " + key + ": " + line);
        }
        return field.group(1);
    }

    @Override
    public String toString() {
        return name;
    }
}
