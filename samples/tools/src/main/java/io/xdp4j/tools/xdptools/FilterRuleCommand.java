package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.MapInfo;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A command that adds or removes a rule.
abstract class FilterRuleCommand extends ControlCommand {
    @Option(
            names = {"-r", "--remove"},
            description = "remove instead of adding")
    private boolean remove;

    @Option(
            names = {"-m", "--mode"},
            paramLabel = "MODE",
            split = ",",
            description = "src, dst or both with a comma (default: dst)")
    private @Nullable List<Direction> mode;

    @Option(
            names = {"-s", "--status"},
            description = "print the rules afterwards")
    private boolean status;

    /// Which address or port of a packet a rule is about.
    enum Direction {
        SRC(FilterBits.SRC),
        DST(FilterBits.DST);

        private final FilterBits bits;

        Direction(FilterBits bits) {
            this.bits = bits;
        }

        @Override
        public String toString() {
            return bits.toString();
        }
    }

    @Override
    protected final List<String> devices() {
        return List.of();
    }

    /// Adds or removes a rule.
    ///
    /// @param protocols bits of protocols, 0 for a rule without
    /// @param named whether the user gave them. What is removed are then those alone, and likewise a
    ///   direction that the user gave.
    final void change(
            FilterState filter,
            MapInfo map,
            byte[] key,
            int protocols,
            boolean named,
            Function<FilterState, List<String>> section,
            PrintWriter out) {
        if (remove) {
            int directions = mode == null && named ? 0 : directions();
            filter.remove(map, key, directions | (mode == null || named ? protocols : 0));
        } else {
            filter.add(map, key, directions() | protocols);
        }
        if (status) {
            section.apply(filter).forEach(out::println);
        }
    }

    private int directions() {
        int bits = 0;
        for (Direction direction : mode == null ? List.of(Direction.DST) : mode) {
            bits |= direction.bits.bit();
        }
        return bits;
    }

    static FilterState filter(DatapathControl control) {
        return FilterState.of(control);
    }
}
