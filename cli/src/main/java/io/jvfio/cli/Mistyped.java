// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Finds the command that was meant: picocli compares pairs of letters, and so finds none in a short word with two of them
 * swapped.
 *
 * <p>Threads: stateless.
 */
final class Mistyped {
    private static final int MOST_SLIPS = 2;

    private Mistyped() {}

    /** Prints the commands that are meant perhaps; false if there are none. */
    static boolean suggest(ParameterException failure, PrintWriter err) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return false;
        }
        CommandLine command = failure.getCommandLine();
        String typed = unmatched.getUnmatched().getFirst();
        List<String> meant = command.getSubcommands().keySet().stream()
                .filter(name -> slips(typed, name) <= Math.min(MOST_SLIPS, (name.length() + 1) / 2))
                .map(name -> command.getCommandSpec().qualifiedName() + " " + name)
                .toList();
        if (!meant.isEmpty()) {
            err.println("Did you mean: " + String.join(" or ", meant) + "?");
        }
        return !meant.isEmpty();
    }

    /** How many letters are missing, too many, or others: the distance of Levenshtein. */
    static int slips(String typed, String meant) {
        int[] before = new int[meant.length() + 1];
        for (int i = 0; i <= meant.length(); i++) {
            before[i] = i;
        }
        for (int row = 1; row <= typed.length(); row++) {
            int[] now = new int[meant.length() + 1];
            now[0] = row;
            for (int column = 1; column <= meant.length(); column++) {
                int same = typed.charAt(row - 1) == meant.charAt(column - 1) ? 0 : 1;
                now[column] = Math.min(Math.min(now[column - 1], before[column]) + 1, before[column - 1] + same);
            }
            before = now;
        }
        return before[meant.length()];
    }
}
