// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.Providers;
import io.jvfio.Vfio;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.cli.out.Json;
import io.jvfio.emulation.ModelCarrier;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models and carriers of others: each JAR in the folders of {@code JVFIO_PATH} and in
 * {@code ~/.local/share/jvfio/lib}, and each folder of JARs in one of them, is a class path of its own above the command's
 * modules. They are looked for when they are first asked for.
 *
 * <p>A process of root or with capabilities takes only what is root's alone; see {@link RootsAlone}.
 *
 * <p>Threads: thread-safe.
 */
public final class OtherJars {
    private static final String NAMED = "JVFIO_PATH";
    private static final String OWN = ".local/share/jvfio/lib";

    /**
     * A JAR, or a part of one, that could not be had.
     *
     * @param jar the JAR or folder, or null if it is not known
     * @param service what the part would have been, the name of the interface; null if it is about the JAR as a whole
     * @param error why not
     */
    public record Failure(@Nullable String jar, @Nullable String service, String error) {

        /** One line for people. */
        @Override
        public String toString() {
            return (jar == null ? "" : jar + ": ") + (service == null ? "" : service + ": ") + error;
        }
    }

    /** What a search has found. */
    private record Found(Providers providers, List<Failure> failures) {}

    private final Map<String, String> variables;

    /** What this process may use; null for all. */
    private final @Nullable RootsAlone trusted;

    private @Nullable Found found;

    OtherJars(Map<String, String> variables, @Nullable RootsAlone trusted) {
        this.variables = Map.copyOf(variables);
        this.trusted = trusted;
    }

    /** Those that the variables of the environment name, {@code JVFIO_PATH} and {@code HOME}. */
    public static OtherJars of(Map<String, String> variables) {
        boolean careful = RootsAlone.matters(Path.of("/proc/self/status"));
        return new OtherJars(variables, careful ? RootsAlone.system() : null);
    }

    /**
     * Where carriers and models are looked for: in the command itself, and then in these JARs.
     *
     * @param warn is told once, in one line, what was left out because others than root can write it
     */
    public Providers providers(Consumer<String> warn) {
        return found(warn).providers();
    }

    /** All that could not be had; loads all to know it. */
    public List<Failure> failures(Consumer<String> warn) {
        Found all = found(warn);
        List<Failure> failures = new ArrayList<>(all.failures());
        try (Vfio vfio = Vfio.create(all.providers())) {
            vfio.providerFailures().forEach(each -> failures.add(failure(each)));
        }
        CarrierContext context = CarrierContext.of(all.providers());
        ModelCarrier.wrappers(context);
        context.providerFailures().forEach(each -> failures.add(failure(each)));
        return List.copyOf(failures);
    }

    /** The field of a JSON object that tells what could not be had. */
    public static void write(Json json, List<Failure> failures) {
        json.objects("notLoaded", failures, (item, failure) -> {
            item.text("jar", failure.jar());
            item.text("service", failure.service());
            item.text("error", failure.error());
        });
    }

    private static Failure failure(Providers.Failure failure) {
        Throwable cause = failure.error().getCause();
        return new Failure(
                failure.loader(), failure.service(), failure.error() + (cause == null ? "" : " (" + cause + ")"));
    }

    private synchronized Found found(Consumer<String> warn) {
        if (found == null) {
            Search search = new Search();
            found = search.all();
            if (!search.refused.isEmpty()) {
                warn.accept("not used, as others than root can change it: " + String.join(", ", search.refused));
            }
        }
        return found;
    }

    /** One search. */
    private final class Search {
        private final List<ClassLoader> loaders = new ArrayList<>();
        private final List<Failure> failures = new ArrayList<>();
        private final Set<String> refused = new LinkedHashSet<>();

        /** What was looked at: a folder can be named twice. */
        private final Set<Path> seen = new LinkedHashSet<>();

        Found all() {
            loaders.add(OtherJars.class.getClassLoader());
            for (String folder : variables.getOrDefault(NAMED, "").split(File.pathSeparator, -1)) {
                if (!folder.isEmpty()) {
                    attempt(Path.of(folder), this::folder);
                }
            }
            String home = variables.getOrDefault("HOME", "");
            if (!home.isEmpty() && Files.exists(Path.of(home, OWN))) {
                attempt(Path.of(home, OWN), this::folder);
            }
            return new Found(Providers.of(loaders.toArray(ClassLoader[]::new)), List.copyOf(failures));
        }

        private void folder(Path folder) throws IOException {
            for (Path each : list(folder)) {
                if (Files.isDirectory(each)) {
                    attempt(each, real -> load(real, list(real)));
                } else if (isJar(each)) {
                    load(each, List.of(each));
                }
            }
        }

        /** Makes a class path of the JARs among these files. */
        private void load(Path origin, List<Path> files) throws MalformedURLException {
            List<URL> jars = new ArrayList<>();
            for (Path file : files) {
                if (isJar(file)) {
                    attempt(file, jar -> {
                        check(jar);
                        jars.add(jar.toUri().toURL());
                    });
                }
            }
            if (!jars.isEmpty()) {
                // Stays open until the process ends, as nobody knows who still needs a class of it.
                loaders.add(new URLClassLoader(
                        origin.toString(), jars.toArray(URL[]::new), OtherJars.class.getClassLoader()));
            }
        }

        /** A class loader is silent about a JAR that it cannot read, and goes on to what its manifest names. */
        private void check(Path jar) throws IOException {
            try (JarFile open = new JarFile(jar.toFile())) {
                Manifest manifest = open.getManifest();
                if (trusted != null
                        && manifest != null
                        && manifest.getMainAttributes().containsKey(Attributes.Name.CLASS_PATH)) {
                    throw new IOException("its manifest names other files (Class-Path), which root does not follow");
                }
            }
        }

        /** Does something with a file or folder that may be used; what goes wrong is that one's alone. */
        private void attempt(Path path, Step step) {
            try {
                Path real = path.toRealPath();
                if (trusted != null && !trusted.has(real)) {
                    refused.add(path.toString());
                } else if (seen.add(real)) {
                    step.with(real);
                }
            } catch (IOException e) {
                failures.add(new Failure(path.toString(), null, e.toString()));
            }
        }
    }

    /** Something with a file or folder. */
    @FunctionalInterface
    private interface Step {
        void with(Path real) throws IOException;
    }

    private static boolean isJar(Path file) {
        return file.toString().endsWith(".jar");
    }

    /** What is in a folder, by name. */
    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
