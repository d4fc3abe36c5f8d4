package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.verifier.Explanation;
import io.xdp4j.ebpf.witness.Witness;
import io.xdp4j.ebpf.witness.WitnessSearch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An explanation, and the witness that was looked for, as data and as text.
final class ExplanationForm {
    private static final int SHOWN_HEX = 128;

    private ExplanationForm() {}

    /// @param search null when no witness was looked for
    static Map<String, @Nullable Object> of(
            Explanation why, WitnessSearch.@Nullable Outcome search) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("rule", why.rule().id());
        form.put("rule_text", why.rule().text());
        form.put("summary", why.summary());
        if (why.insn() >= 0) {
            form.put("insn", why.insn());
            form.put("instruction", why.instruction());
        }
        form.put("source", source(why.source()));
        form.put("proven", why.proven());
        form.put("missing", why.missing());
        form.put("path", why.path().stream().map(ExplanationForm::step).toList());
        form.put("suggestion", why.suggestion());
        if (search != null) {
            form.put("witness", witness(search.witness()));
            form.put("witness_runs", search.runs());
        }
        return form;
    }

    private static @Nullable Map<String, Object> source(Explanation.@Nullable Source source) {
        return source == null
                ? null
                : Map.of("file", source.file(), "line", source.line(), "text", source.text());
    }

    private static Map<String, @Nullable Object> step(Explanation.Step step) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("insn", step.insn());
        form.put("instruction", step.instruction());
        form.put("source", source(step.source()));
        form.put("what", step.what());
        return form;
    }

    private static @Nullable Map<String, Object> witness(@Nullable Witness witness) {
        if (witness == null) {
            return null;
        }
        Map<String, Object> form = new LinkedHashMap<>();
        form.put("packet", witness.packetHex());
        form.put("trip", witness.trip());
        form.put("maps", witness.maps().stream().map(ExplanationForm::entry).toList());
        return form;
    }

    private static Map<String, Object> entry(Witness.Entry entry) {
        return Map.of("map", entry.map(), "key", entry.key(), "value", entry.value());
    }

    /// The same as lines.
    static List<String> lines(
            String program, Explanation why, WitnessSearch.@Nullable Outcome search) {
        List<String> lines = new ArrayList<>(why.lines(program));
        if (search == null || search.runs() == 0) {
            return lines;
        }
        Witness witness = search.witness();
        if (witness == null) {
            lines.add("  witness     none found within " + search.runs() + " runs");
            return lines;
        }
        String hex = witness.packetHex();
        String shown =
                hex.length() <= SHOWN_HEX
                        ? hex
                        : hex.substring(0, SHOWN_HEX) + "... (--witness-out writes all of it)";
        lines.add("  witness     a packet of %d bytes: %s".formatted(hex.length() / 2, shown));
        for (Witness.Entry entry : witness.maps()) {
            lines.add(
                    "              with map %s: %s = %s"
                            .formatted(entry.map(), entry.key(), entry.value()));
        }
        lines.add("              " + witness.trip());
        return lines;
    }
}
