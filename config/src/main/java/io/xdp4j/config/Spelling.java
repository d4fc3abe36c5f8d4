package io.xdp4j.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// Finds the known word that a misspelt one was probably meant to be.
final class Spelling {
    private static final int LONGEST_WORD = 64;

    private Spelling() {}

    /// `, did you mean 'queues'?` when a known word is near, else nothing.
    static String hint(String word, Collection<String> known) {
        return nearest(word, known).map(near -> ", did you mean '" + near + "'?").orElse("");
    }

    /// The nearest known word: at most a third of the letters differ, and at most two.
    static Optional<String> nearest(String word, Collection<String> known) {
        if (word.length() > LONGEST_WORD) {
            return Optional.empty();
        }
        String best = null;
        int bestDistance = Math.min(word.length() / 3, 2) + 1;
        for (String candidate : known) {
            int distance = distance(fold(word), fold(candidate));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /// Another digit is seldom a slip: who writes p3 does not mean p1.
    private static int replacement(char from, char to) {
        if (from == to) {
            return 0;
        }
        return Character.isDigit(from) && Character.isDigit(to) ? 3 : 1;
    }

    private static String fold(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : cheapest(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int cheapest(int[][] d, String a, String b, int i, int j) {
        int replace = replacement(a.charAt(i - 1), b.charAt(j - 1));
        int cost = Math.min(d[i - 1][j - 1] + replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped =
                i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(cost, d[i - 2][j - 2] + 1) : cost;
    }
}
