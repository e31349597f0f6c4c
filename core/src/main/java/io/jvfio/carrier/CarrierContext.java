// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.Providers;
import io.jvfio.Setting;
import io.jvfio.interrupt.InterruptDispatcher;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Function;

/**
 * What a carrier gets from the user's context. Two devices can share an address space if theirs is the same.
 *
 * <p>Threads: thread-safe.
 */
public interface CarrierContext {

    /**
     * A context of its own, for a device that is opened without a {@code Vfio}.
     *
     * @param settings as for {@code Vfio.create}
     * @throws IllegalArgumentException if there are two of a kind, or one is of no kind that jvfio knows
     */
    static CarrierContext of(Setting... settings) {
        return Context.of(settings);
    }

    /** The one thread that calls back for all devices of the context; borrowed. */
    InterruptDispatcher dispatcher();

    /**
     * The providers of a service that a carrier has of its own, such as models. Those that cannot be had are recorded and
     * left out. Looked for once; later calls answer the same.
     *
     * @param open {@code loader -> ServiceLoader.load(service, loader)}, called in the module that uses the service
     */
    <S> List<S> find(Class<S> service, Function<ClassLoader, ServiceLoader<S>> open);

    /**
     * The same by name, in the order of names. Of two with one name none is there, nor is one that cannot say its name.
     *
     * @param open as for {@link #find}
     * @param name of a provider
     */
    <S> Map<String, S> named(
            Class<S> service, Function<ClassLoader, ServiceLoader<S>> open, Function<? super S, String> name);

    /** A provider turned out to be unusable: two of one name, for example. Recorded for {@link #providerFailures}. */
    void report(Providers.Failure failure);

    /** What could not be had so far. */
    List<Providers.Failure> providerFailures();
}
