// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a host to make a choice, so that the choice can be made again on any machine. It has names of files,
 * modules, interfaces and processes of that host in it, and what the first bytes of its disks look like, but no data.
 *
 * <p>Threads: immutable.
 *
 * @param address the function that it is about
 * @param facts by what was asked, the answers; what is not there was absent
 */
public record HostRecording(PciAddress address, Map<String, List<String>> facts) {

    /** Copies the map. */
    public HostRecording {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(facts, "facts");
        SortedMap<String, List<String>> sorted = new TreeMap<>();
        facts.forEach((question, answer) -> sorted.put(question, List.copyOf(answer)));
        facts = Collections.unmodifiableSortedMap(sorted);
    }

    /** The host as it was. */
    HostFiles.Source source() {
        return question -> facts.get(question.key());
    }

    /** Answers from another source and remembers. Threads: one at a time. */
    static final class Recorder implements HostFiles.Source {
        private final PciAddress address;
        private final HostFiles.Source source;
        private final SortedMap<String, List<String>> facts = new TreeMap<>();
        private final Set<String> absent = new HashSet<>();

        Recorder(PciAddress address, HostFiles.Source source) {
            this.address = address;
            this.source = source;
        }

        /** Each question is asked once, and has the same answer, or none, all the time. */
        @Override
        public @Nullable List<String> answer(HostQuestion question) {
            String key = question.key();
            if (!facts.containsKey(key) && !absent.contains(key)) {
                List<String> answer = source.answer(question);
                if (answer == null) {
                    absent.add(key);
                } else {
                    facts.put(key, List.copyOf(answer));
                }
            }
            return facts.get(key);
        }

        HostRecording recording() {
            return new HostRecording(address, facts);
        }
    }
}
