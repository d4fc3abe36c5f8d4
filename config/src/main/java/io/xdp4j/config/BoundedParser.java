package io.xdp4j.config;

import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.parser.Parser;

/// Passes events on as long as the document is neither too deep nor too full of aliases.
///
/// The composer behind it recurses once for each level. Aliases share a node and are never copied,
/// and the readers bound every list, so a count is enough against documents that multiply.
final class BoundedParser implements Parser {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_ALIASES = 256;

    private final Parser parser;
    private final String file;
    private int depth;
    private int aliases;

    BoundedParser(Parser parser, String file) {
        this.parser = parser;
        this.file = file;
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
            case MappingStart, SequenceStart -> depth++;
            case MappingEnd, SequenceEnd -> depth--;
            case Alias -> aliases++;
            default -> {}
        }
        if (depth > MAX_DEPTH) {
            throw at(event).unexpected("nested too deeply", "at most " + MAX_DEPTH + " levels");
        }
        if (aliases > MAX_ALIASES) {
            throw at(event).unexpected("too many aliases", "at most " + MAX_ALIASES);
        }
        return event;
    }

    private SourceLocation at(Event event) {
        int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        return new SourceLocation(file, line, "");
    }
}
