package io.xdp4j.tools;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/// Options that take one of several words, in either case; what they expect is said in those words.
final class OptionWords {
    private OptionWords() {}

    /// Teaches a command and those below it the words of their options.
    static void register(CommandLine line) {
        for (ArgSpec argument : line.getCommandSpec().args()) {
            for (Class<?> type : argument.auxiliaryTypes()) {
                if (type.isEnum()) {
                    register(line, type);
                }
            }
        }
        line.getSubcommands().values().forEach(OptionWords::register);
    }

    private static <T> void register(CommandLine line, Class<T> type) {
        List<T> constants = Arrays.asList(type.getEnumConstants());
        ITypeConverter<T> converter =
                word ->
                        constants.stream()
                                .filter(one -> one.toString().equalsIgnoreCase(word))
                                .findFirst()
                                .orElseThrow(() -> unknown(word, constants));
        line.registerConverter(type, converter);
    }

    private static TypeConversionException unknown(String word, List<?> constants) {
        List<String> words =
                constants.stream().map(one -> one.toString().toLowerCase(Locale.ROOT)).toList();
        return new TypeConversionException(
                "'" + word + "' (expected: one of " + String.join(", ", words) + ")");
    }
}
