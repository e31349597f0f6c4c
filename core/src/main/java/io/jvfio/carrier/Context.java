// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.Providers;
import io.jvfio.Setting;
import io.jvfio.internal.sys.CallsSetting;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptDispatcher;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The one context there is: what the settings say, and what was found. Threads: thread-safe. */
final class Context implements CarrierContext, HasCalls {
    private final SystemCalls systemCalls;
    private final Providers providers;
    private final InterruptDispatcher dispatcher;
    private final Map<Class<?>, List<?>> found = new ConcurrentHashMap<>();
    private final Map<Class<?>, Map<String, ?>> named = new ConcurrentHashMap<>();
    private final List<Providers.Failure> failures = new CopyOnWriteArrayList<>();

    private Context(SystemCalls systemCalls, Providers providers) {
        this.systemCalls = systemCalls;
        this.providers = providers;
        this.dispatcher = InterruptDispatcher.of(this);
    }

    static Context of(Setting... settings) {
        @Nullable CallsSetting calls = null;
        @Nullable Providers providers = null;
        for (Setting setting : settings) {
            switch (Objects.requireNonNull(setting, "setting")) {
                case CallsSetting given -> calls = once(calls, given, "the system calls");
                case Providers given -> providers = once(providers, given, "the providers");
                default -> throw new IllegalArgumentException("no setting of a context: " + setting);
            }
        }
        return new Context(
                calls != null ? calls.systemCalls() : SystemCalls.linux(),
                providers != null ? providers : Providers.of(CarrierContext.class.getClassLoader()));
    }

    private static <T> T once(@Nullable T before, T given, String kind) {
        if (before != null) {
            throw new IllegalArgumentException("two settings for " + kind + " of one context");
        }
        return given;
    }

    @Override
    public SystemCalls systemCalls() {
        return systemCalls;
    }

    @Override
    public InterruptDispatcher dispatcher() {
        return dispatcher;
    }

    @Override
    @SuppressWarnings("unchecked") // the key is the class of the elements
    public <S> List<S> find(Class<S> service, Function<ClassLoader, ServiceLoader<S>> open) {
        return (List<S>) found.computeIfAbsent(service, unknown -> providers.find(service, open, failures::add));
    }

    @Override
    @SuppressWarnings("unchecked") // the key is the class of the values
    public <S> Map<String, S> named(
            Class<S> service, Function<ClassLoader, ServiceLoader<S>> open, Function<? super S, String> name) {
        return (Map<String, S>) named.computeIfAbsent(service, unknown -> byName(service, find(service, open), name));
    }

    private <S> Map<String, S> byName(Class<S> service, List<S> all, Function<? super S, String> name) {
        Map<String, List<S>> groups = new TreeMap<>();
        for (S each : all) {
            try {
                groups.computeIfAbsent(name.apply(each), first -> new ArrayList<>())
                        .add(each);
            } catch (RuntimeException | LinkageError e) {
                report(new Providers.Failure(service.getName(), e));
            }
        }
        Map<String, S> single = new TreeMap<>();
        groups.forEach((word, same) -> {
            if (same.size() == 1) {
                single.put(word, same.getFirst());
            } else {
                String classes =
                        same.stream().map(each -> each.getClass().getName()).collect(Collectors.joining(", "));
                report(new Providers.Failure(
                        service.getName(), new IllegalStateException("\"" + word + "\" is the name of " + classes)));
            }
        });
        return Collections.unmodifiableMap(single);
    }

    @Override
    public void report(Providers.Failure failure) {
        failures.add(Objects.requireNonNull(failure, "failure"));
    }

    @Override
    public List<Providers.Failure> providerFailures() {
        return List.copyOf(failures);
    }
}
