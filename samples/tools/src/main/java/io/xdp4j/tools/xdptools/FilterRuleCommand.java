package io.xdp4j.tools.xdptools;

import io.xdp4j.control.DatapathControl;
import io.xdp4j.control.MapInfo;
import io.xdp4j.tools.session.ControlCommand;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
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
    private List<Direction> mode = List.of(Direction.DST);

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

    final void change(
            FilterState filter,
            MapInfo map,
            byte[] key,
            int moreBits,
            Function<FilterState, List<String>> section,
            PrintWriter out) {
        int bits = moreBits;
        for (Direction direction : mode) {
            bits |= direction.bits.bit();
        }
        if (remove) {
            filter.remove(map, key, bits);
        } else {
            filter.add(map, key, bits);
        }
        if (status) {
            section.apply(filter).forEach(out::println);
        }
    }

    static FilterState filter(DatapathControl control) {
        return FilterState.of(control);
    }
}
