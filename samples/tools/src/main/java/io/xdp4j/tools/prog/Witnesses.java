package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.Engine;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import io.xdp4j.ebpf.testrun.TestRun;
import io.xdp4j.ebpf.verifier.Explanation;
import io.xdp4j.ebpf.vm.BpfClock;
import io.xdp4j.ebpf.vm.BpfRuntime;
import io.xdp4j.ebpf.witness.WitnessSearch;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks for witnesses of rejected programs of an object, each in a world of its own.
final class Witnesses {
    /// Searches of one object: with many rejected programs the first tell enough.
    private static final int MOST = 8;

    private final CollectionSpec object;
    private final Selection selection;
    private final Setup setup;
    private int searches;

    Witnesses(CollectionSpec object, Selection selection, Setup setup) {
        this.object = object;
        this.selection = selection;
        this.setup = setup;
    }

    /// Null when nothing was looked for.
    WitnessSearch.@Nullable Outcome of(ProgramSpec program, Explanation why) {
        if (searches++ >= MOST) {
            return null;
        }
        Set<String> wanted = Set.of(program.name());
        LoadOptions options =
                LoadOptions.DEFAULT
                        .withVerify(false)
                        .withEngine(Engine.INTERP)
                        .withType(selection.type())
                        .withWanted(spec -> wanted.contains(spec.name()))
                        .withRuntime(
                                new BpfRuntime(2, BpfClock.fixed(1), 1, _ -> {}),
                                0,
                                TestRun.Ingress.LOOPBACK);
        try (Collection collection = Collection.load(object, options)) {
            setup.fill(collection);
            return WitnessSearch.search(collection, program.name(), why);
        } catch (EbpfException e) {
            return null; // it cannot even run unverified
        }
    }
}
