// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where carriers, models and other parts are looked for: a setting of {@link Vfio#create}. Without it they come from where
 * jvfio itself comes from.
 *
 * <p>They are loaded one by one. A part that cannot be loaded or made is left out and recorded with its error
 * ({@link Vfio#providerFailures}); the others are there all the same.
 *
 * <p>Threads: immutable.
 */
public final class Providers implements Setting {

    /**
     * A part that could not be had.
     *
     * @param service what it would have been, the name of the interface
     * @param loader the name of the class loader that has it; null if that has none or is not known
     * @param error why not
     */
    public record Failure(String service, @Nullable String loader, Throwable error) {
        /** Refuses null. */
        public Failure {
            Objects.requireNonNull(service, "service");
            Objects.requireNonNull(error, "error");
        }

        /** Of a loader that is not known. */
        public Failure(String service, Throwable error) {
            this(service, null, error);
        }

        /** One line for people. */
        @Override
        public String toString() {
            return (loader == null ? "" : loader + ": ") + service + ": " + error;
        }
    }

    private final List<ClassLoader> loaders;

    private Providers(List<ClassLoader> loaders) {
        this.loaders = loaders;
    }

    /**
     * Looks in these loaders, in their order. What a loader has from its parent counts once.
     *
     * @param loaders of JARs on a class path or a module path
     */
    public static Providers of(ClassLoader... loaders) {
        return new Providers(List.of(loaders));
    }

    /**
     * Finds the providers of a service.
     *
     * @param service the service
     * @param open {@code loader -> ServiceLoader.load(service, loader)}, called in the module that uses the service
     * @param failures is told of each that cannot be had
     * @return what could be made, in the order of the loaders
     */
    public <S> List<S> find(
            Class<S> service, Function<ClassLoader, ServiceLoader<S>> open, Consumer<? super Failure> failures) {
        List<S> found = new ArrayList<>();
        Set<Class<?>> seen = new HashSet<>();
        for (ClassLoader loader : loaders) {
            Iterator<ServiceLoader.Provider<S>> candidates =
                    open.apply(loader).stream().iterator();
            while (true) {
                try {
                    ServiceLoader.Provider<S> candidate = candidates.next();
                    if (seen.add(candidate.type())) {
                        found.add(candidate.get());
                    }
                } catch (NoSuchElementException end) {
                    break;
                } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                    failures.accept(new Failure(service.getName(), loader.getName(), e));
                }
            }
        }
        return List.copyOf(found);
    }

    /** The loaders. */
    @Override
    public String toString() {
        return "providers of " + loaders;
    }
}
