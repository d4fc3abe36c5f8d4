package io.xdp4j.tools.xdptools;

import io.xdp4j.control.Attachment;
import io.xdp4j.core.device.XdpChain;
import io.xdp4j.tools.exit.CommandException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A program that packets are captured at.
///
/// @param key its id in captures: 0 for all programs of a device as one
/// @param id its id as it is shown; of several as one the first one's
/// @param name as it is shown
record DumpPoint(int key, int id, String name) {
    private static final String ALL = "all";

    /// The main one of a device: its program, or the dispatcher of its chain.
    private static DumpPoint main(List<Attachment> attached) {
        Attachment first = attached.getFirst();
        return new DumpPoint(0, first.program(), first.isChained() ? XdpChain.NAME : first.name());
    }

    /// What the words of `--program-names` mean, each a name, an id, `NAME@ID` or `all`; without
    /// words the main one. Empty where there is no program.
    ///
    /// @param device its name, for messages
    static List<DumpPoint> of(String device, List<Attachment> attached, List<String> words) {
        List<DumpPoint> there = all(attached);
        if (words.isEmpty()) {
            return there.isEmpty() ? there : List.of(there.getFirst());
        }
        Set<DumpPoint> chosen = new LinkedHashSet<>();
        for (String word : words) {
            if (word.equals(ALL)) {
                chosen.addAll(there);
            } else {
                chosen.add(find(device, there, word));
            }
        }
        return List.copyOf(chosen);
    }

    private static List<DumpPoint> all(List<Attachment> attached) {
        List<DumpPoint> points = new ArrayList<>();
        if (!attached.isEmpty()) {
            points.add(main(attached));
        }
        attached.stream()
                .filter(Attachment::isChained)
                .map(one -> new DumpPoint(one.program(), one.program(), one.name()))
                .forEach(points::add);
        return points;
    }

    private static DumpPoint find(String device, List<DumpPoint> there, String word) {
        List<DumpPoint> fitting = there.stream().filter(point -> point.answersTo(word)).toList();
        if (fitting.size() == 1) {
            return fitting.getFirst();
        }
        throw CommandException.usage(
                "--program-names: "
                        + word
                        + (fitting.isEmpty() ? "" : ": names several, give their ids")
                        + " (expected: all, or of "
                        + there.stream().map(DumpPoint::label).toList()
                        + " on "
                        + device
                        + ")");
    }

    /// A dispatcher has no id here.
    private boolean isDispatcher() {
        return key == 0 && name.equals(XdpChain.NAME);
    }

    private boolean answersTo(String word) {
        return word.equals(name)
                || (!isDispatcher() && (word.equals(String.valueOf(id)) || word.equals(label())));
    }

    private String label() {
        return isDispatcher() ? name : name + "@" + id;
    }
}
