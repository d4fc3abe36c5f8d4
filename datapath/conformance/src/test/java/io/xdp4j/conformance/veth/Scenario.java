package io.xdp4j.conformance.veth;

import io.xdp4j.conformance.Repository;
import io.xdp4j.testkit.Frames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Steps to take on two veth pairs, `a0`-`a1` and `b0`-`b1`, from `veth/scenarios.txt`.
///
/// @param name what it is about
/// @param steps a verb and its words each
record Scenario(String name, List<List<String>> steps) {
    private static final Path FILE =
            Path.of("datapath/conformance/src/test/resources/veth/scenarios.txt");

    static final List<String> DEVICES = List.of("a0", "a1", "b0", "b1");

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (String line : Repository.read(FILE).lines().toList()) {
            if (line.startsWith("scenario ")) {
                all.add(new Scenario(line.substring("scenario ".length()), new ArrayList<>()));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                all.getLast().steps.add(List.of(line.strip().split(" +")));
            }
        }
        return all;
    }

    /// Takes all steps.
    void play(VethLab lab) {
        int first = 0;
        for (List<String> step : steps) {
            String device = step.get(1);
            switch (step.getFirst()) {
                case "attach" -> lab.attach(device, step.get(2), step.get(3), false);
                case "attach-generic" -> lab.attach(device, step.get(2), step.get(3), true);
                case "detach" -> lab.detach(device);
                case "route" -> lab.route(device, step.get(2));
                case "mtu" -> lab.mtu(device, number(step, 2));
                case "up" -> lab.up(device);
                case "down" -> lab.down(device);
                case "send" -> {
                    List<byte[]> frames = frames(first, number(step, 2), number(step, 3));
                    first += frames.size();
                    lab.send(device, frames);
                }
                case "burst" -> {
                    List<byte[]> frames = frames(first, number(step, 2), number(step, 3));
                    first += frames.size();
                    lab.burst(device, frames, step.get(4));
                }
                default -> throw new IllegalArgumentException(name + ": step " + step);
            }
        }
    }

    private static int number(List<String> step, int word) {
        return Integer.parseInt(step.get(word));
    }

    static List<byte[]> frames(int first, int length, int count) {
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            frames.add(Frames.udp4(first + i, length));
        }
        return frames;
    }

    @Override
    public String toString() {
        return name;
    }
}
