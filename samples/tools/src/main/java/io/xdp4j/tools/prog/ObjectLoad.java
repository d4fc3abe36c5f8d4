package io.xdp4j.tools.prog;

import io.xdp4j.ebpf.EbpfException;
import io.xdp4j.ebpf.collection.BpfProgram;
import io.xdp4j.ebpf.collection.Collection;
import io.xdp4j.ebpf.collection.LoadOptions;
import io.xdp4j.ebpf.program.CollectionSpec;
import io.xdp4j.ebpf.program.ProgramSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An object with its setup, live.
///
/// Owns: the collection, until closed.
final class ObjectLoad implements AutoCloseable {
    private final CollectionSpec object;
    private final Collection collection;
    private final List<ProgramSpec> asked;

    private ObjectLoad(CollectionSpec object, Collection collection, List<ProgramSpec> asked) {
        this.object = object;
        this.collection = collection;
        this.asked = asked;
    }

    /// Loads the programs asked for, each judged by itself.
    static ObjectLoad each(
            CollectionSpec object, Selection selection, Setup setup, LoadOptions options) {
        CollectionSpec sized = setup.sized(object);
        List<ProgramSpec> asked = selection.of(sized);
        return load(sized, asked, names(asked), selection, options);
    }

    /// Loads the one program asked for, and beside it all XDP programs of the object that verify;
    /// then fills the maps.
    static ObjectLoad toRun(
            CollectionSpec object, Selection selection, Setup setup, LoadOptions options) {
        CollectionSpec sized = setup.sized(object);
        ProgramSpec target = selection.one(sized);
        List<ProgramSpec> beside =
                new ArrayList<>(sized.programs().stream().filter(selection::isCompanion).toList());
        beside.add(target);
        ObjectLoad load = load(sized, List.of(target), names(beside), selection, options);
        try {
            load.target();
            setup.fill(load.collection);
            return load;
        } catch (Throwable e) {
            load.close();
            throw e;
        }
    }

    private static ObjectLoad load(
            CollectionSpec object,
            List<ProgramSpec> asked,
            Set<String> wanted,
            Selection selection,
            LoadOptions options) {
        Collection collection =
                Collection.load(
                        object,
                        options.withKeepGoing(true)
                                .withType(selection.type())
                                .withWanted(spec -> wanted.contains(spec.name())));
        return new ObjectLoad(object, collection, asked);
    }

    private static Set<String> names(List<ProgramSpec> programs) {
        return programs.stream().map(ProgramSpec::name).collect(Collectors.toSet());
    }

    CollectionSpec object() {
        return object;
    }

    Collection collection() {
        return collection;
    }

    /// The programs asked for.
    List<ProgramSpec> asked() {
        return asked;
    }

    /// The one program that runs.
    ///
    /// Fails: with what kept it from being loaded.
    BpfProgram target() {
        return collection.program(asked.getFirst().name());
    }

    /// What kept a program from being loaded, or null.
    @Nullable EbpfException rejection(ProgramSpec program) {
        return collection.rejected().get(program.name());
    }

    @Override
    public void close() {
        collection.close();
    }
}
