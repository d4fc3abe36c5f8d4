package io.xdp4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/// Damaged documents are read or refused, never anything else.
///
/// `-Dxdp4j.mutations=N` runs longer; a failure names the seed.
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
final class MutationTest {
    private static final int MUTATIONS = Integer.getInteger("xdp4j.mutations", 20_000);
    private static final String ALPHABET =
            " \n\t-:,[]{}&*#!|>'\"%@`?~<.0189aefx/\\\0\u0085\u2028\u00fc\uFEFF";
    private static final List<String> TOKENS =
            List.of(
                    "*a",
                    "&a ",
                    "<<: *a",
                    "? ",
                    "!!int ",
                    "!!binary ",
                    "!x ",
                    "---\n",
                    "...\n",
                    "null",
                    "~",
                    "-1",
                    "0x",
                    "0o7",
                    "1e9",
                    ".inf",
                    "99999999999999999999",
                    "true",
                    "[",
                    "]",
                    "{",
                    "}",
                    "%YAML 1.1\n",
                    "|\n",
                    ">-\n",
                    "name: ",
                    "devices: ",
                    "vlan: ",
                    "\\u0000",
                    "\ud800");

    @Test
    void damagedExamplesAreReadOrRefused() throws IOException {
        List<String> documents = new ArrayList<>();
        for (Path file : ConfigFilesTest.acceptedFiles()) {
            documents.add(Files.readString(file));
        }
        int read = 0;
        for (long seed = 0; seed < MUTATIONS; seed++) {
            Random random = new Random(seed);
            String document = documents.get(random.nextInt(documents.size()));
            for (int i = random.nextInt(4); i >= 0; i--) {
                document = mutate(document, documents, random);
            }
            read += isRead(document, seed) ? 1 : 0;
        }
        assertThat(read).isBetween(1, MUTATIONS - 1);
    }

    private static boolean isRead(String document, long seed) {
        try {
            DatapathConfig.parse(document, "mutated.yaml");
            return true;
        } catch (ConfigException e) {
            assertThat(e.getMessage())
                    .as("seed %d", seed)
                    .startsWith("mutated.yaml:")
                    .hasLineCount(1)
                    .hasSizeLessThan(1000);
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ":\n" + document, e);
        }
    }

    private static String mutate(String text, List<String> documents, Random random) {
        int at = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), at + 1 + random.nextInt(8));
        String head = text.substring(0, at);
        return switch (random.nextInt(6)) {
            case 0 -> head + text.substring(to);
            case 1 ->
                    head + ALPHABET.charAt(random.nextInt(ALPHABET.length())) + text.substring(to);
            case 2 -> head + TOKENS.get(random.nextInt(TOKENS.size())) + text.substring(at);
            case 3 -> head + text.substring(random.nextInt(text.length() + 1));
            case 4 ->
                    head
                            + piece(documents.get(random.nextInt(documents.size())), random)
                            + text.substring(to);
            default ->
                    head.replace(
                                    " " + random.nextInt(10),
                                    ' ' + TOKENS.get(random.nextInt(TOKENS.size())))
                            + text.substring(at);
        };
    }

    private static String piece(String text, Random random) {
        int from = random.nextInt(text.length());
        return text.substring(from, Math.min(text.length(), from + random.nextInt(60)));
    }
}
