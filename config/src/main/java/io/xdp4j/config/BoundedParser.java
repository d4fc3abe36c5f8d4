package io.xdp4j.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.parser.Parser;

/// Passes events on as long as the document cannot harm the composer behind it.
///
/// The composer recurses once for each level, never ends on a mapping that merges itself, and
/// copies merged keys that are not scalars without end. So depth, keys and aliases are counted, an
/// alias to what is still open is refused, and so is a key that is no scalar. Other aliases share a
/// node, and the readers bound every list, which is enough against documents that multiply.
final class BoundedParser implements Parser {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_ALIASES = 256;
    private static final int MAX_KEYS = 64;

    private final Parser parser;
    private final String file;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Map<Anchor, Level> anchors = new HashMap<>();
    private int aliases;

    BoundedParser(Parser parser, String file) {
        this.parser = parser;
        this.file = file;
    }

    /// A list or mapping.
    private static final class Level {
        private final boolean mapping;
        private boolean keyIsNext;
        private int keys;
        private boolean open = true;

        private Level(boolean mapping) {
            this.mapping = mapping;
            this.keyIsNext = mapping;
        }
    }

    @Override
    public boolean checkEvent(Event.ID id) {
        return parser.checkEvent(id);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public boolean hasNext() {
        return parser.hasNext();
    }

    @Override
    public Event next() {
        Event event = parser.next();
        switch (event.getEventId()) {
            case MappingEnd, SequenceEnd -> levels.pop().open = false;
            case Alias, Scalar, MappingStart, SequenceStart -> value((NodeEvent) event);
            default -> {}
        }
        return event;
    }

    private void value(NodeEvent event) {
        Level parent = levels.peek();
        if (parent != null && parent.mapping) {
            if (parent.keyIsNext) {
                key(event, parent);
            }
            parent.keyIsNext = !parent.keyIsNext;
        }
        if (event instanceof AliasEvent alias) {
            follow(alias);
        } else {
            Level opened = event instanceof CollectionStartEvent start ? open(start) : null;
            event.getAnchor().ifPresent(anchor -> define(anchor, opened));
        }
    }

    private void key(NodeEvent event, Level mapping) {
        if (!(event instanceof ScalarEvent)) {
            throw at(event).unexpected("a key that is a list, mapping or alias", "text");
        }
        if (++mapping.keys > MAX_KEYS) {
            throw at(event).unexpected("too many keys", "at most " + MAX_KEYS);
        }
    }

    private Level open(CollectionStartEvent event) {
        Level level = new Level(event instanceof MappingStartEvent);
        levels.push(level);
        if (levels.size() > MAX_DEPTH) {
            throw at(event).unexpected("nested too deeply", "at most " + MAX_DEPTH + " levels");
        }
        return level;
    }

    /// An anchor means the last value that had it.
    private void define(Anchor anchor, @Nullable Level level) {
        if (level == null) {
            anchors.remove(anchor);
        } else {
            anchors.put(anchor, level);
        }
    }

    private void follow(AliasEvent alias) {
        if (++aliases > MAX_ALIASES) {
            throw at(alias).unexpected("too many aliases", "at most " + MAX_ALIASES);
        }
        Level target = anchors.get(alias.getAlias());
        if (target != null && target.open) {
            String name = Excerpt.of("*" + alias.getAlias().getValue());
            throw at(alias).unexpected(name + " stands inside what it names", "no cyclic aliases");
        }
    }

    private SourceLocation at(Event event) {
        int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        return new SourceLocation(file, line, "");
    }
}
