// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

/**
 * Shell patterns as {@code fnmatch(3)} without flags reads them, which is how the kernel's tools compare aliases:
 * {@code *}, {@code ?}, sets such as {@code [0-9A]} and {@code [!x]}, and a backslash before what is meant literally.
 *
 * <p>Threads: stateless.
 */
public final class Glob {
    private final String pattern;
    private final String text;

    private Glob(String pattern, String text) {
        this.pattern = pattern;
        this.text = text;
    }

    /** Whether the whole text is of the pattern. Takes time of at most the product of the two lengths. */
    public static boolean matches(String pattern, String text) {
        return new Glob(pattern, text).matches();
    }

    /** On a mismatch the last star takes one character more; earlier stars never need to. */
    private boolean matches() {
        int at = 0;
        int position = 0;
        int star = -1;
        int taken = 0;
        while (position < text.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = ++at;
                taken = position;
                continue;
            }
            int next = at < pattern.length() ? step(at, text.charAt(position)) : -1;
            if (next >= 0) {
                at = next;
                position++;
            } else if (star >= 0) {
                at = star;
                position = ++taken;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }

    /** Where the pattern goes on after it took a character at this place, or -1 if it does not take it. */
    private int step(int at, char character) {
        char first = pattern.charAt(at);
        if (first == '?') {
            return at + 1;
        }
        if (first == '\\' && at + 1 < pattern.length()) {
            return pattern.charAt(at + 1) == character ? at + 2 : -1;
        }
        int end = first == '[' ? endOfSet(at) : -1;
        if (end < 0) {
            return first == character ? at + 1 : -1;
        }
        boolean negated = pattern.charAt(at + 1) == '!' || pattern.charAt(at + 1) == '^';
        return contains(at + (negated ? 2 : 1), end, character) != negated ? end + 1 : -1;
    }

    /** The bracket that closes a set; -1 if none does, and the opening one is a character like others. */
    private int endOfSet(int open) {
        int first = open + 1;
        if (first < pattern.length() && (pattern.charAt(first) == '!' || pattern.charAt(first) == '^')) {
            first++;
        }
        return pattern.indexOf(']', first + 1);
    }

    private boolean contains(int start, int end, char character) {
        for (int i = start; i < end; i++) {
            boolean range = i + 2 < end && pattern.charAt(i + 1) == '-';
            char last = pattern.charAt(range ? i + 2 : i);
            if (character >= pattern.charAt(i) && character <= last) {
                return true;
            }
            if (range) {
                i += 2;
            }
        }
        return false;
    }
}
