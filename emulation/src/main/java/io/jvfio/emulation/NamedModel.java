// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A model that was named, with or without a wrapper, and the options it was given.
 *
 * <p>Threads: immutable.
 *
 * @param name what it is called by, with its options
 * @param common the options that every model has, and maybe others
 * @param maker makes one device
 */
record NamedModel(String name, ModelOptions common, Function<ModelSetup, DeviceModel> maker) {
    private static final ModelOption OF = new ModelOption("of", "", "which model is wrapped");

    /** The kinds of models and wrappers that there are, by name. */
    record Kinds(Map<String, ModelProvider> models, Map<String, ModelWrapper> wrappers) {

        ModelProvider model(String name) {
            ModelProvider provider = models.get(name);
            if (provider == null) {
                List<String> all = new ArrayList<>(models.keySet());
                wrappers.keySet().forEach(wrapper -> all.add(wrapper + "?of=NAME"));
                throw new IllegalArgumentException(
                        "there is no model \"" + name + "\"; known models: " + String.join(", ", all));
            }
            return provider;
        }

        /** The model inside a wrapper. */
        ModelProvider inside(String wrapper, String name) {
            if (name.isEmpty() || wrappers.containsKey(name)) {
                throw new IllegalArgumentException((name.isEmpty()
                                ? "model " + wrapper + " is around another: "
                                : "model " + wrapper + " is around a model, and " + name + " is none itself: ")
                        + "say of=NAME, one of " + String.join(", ", models.keySet()));
            }
            return model(name);
        }
    }

    /**
     * What {@code NAME?key=value&...} stands for.
     *
     * @throws IllegalArgumentException if there is no such model, or its options are malformed
     */
    static NamedModel find(Kinds kinds, String target) {
        int question = target.indexOf('?');
        String name = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        ModelWrapper wrapper = kinds.wrappers.get(name);
        return wrapper == null ? of(kinds.model(name), query) : of(wrapper, query, kinds);
    }

    static NamedModel of(ModelProvider provider, String query) {
        List<ModelOption> known = new ArrayList<>(provider.options());
        known.addAll(ModelCarrier.commonOptions());
        ModelOptions options = ModelOptions.parse(provider.name(), query, known);
        return new NamedModel(name(provider.name(), query), options, setup -> provider.create(setup, options));
    }

    static NamedModel of(ModelWrapper wrapper, ModelProvider inside, String query) {
        String all = OF.key() + "=" + inside.name() + (query.isEmpty() ? "" : "&" + query);
        return of(wrapper, all, new Kinds(Map.of(inside.name(), inside), Map.of(wrapper.name(), wrapper)));
    }

    private static NamedModel of(ModelWrapper wrapper, String query, Kinds kinds) {
        List<ModelOption> known = new ArrayList<>(List.of(OF));
        known.addAll(wrapper.options());
        known.addAll(ModelCarrier.commonOptions());
        List<String> outer = new ArrayList<>();
        List<String> inner = new ArrayList<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String key = key(pair);
            boolean own = key.startsWith(wrapper.name() + ".")
                    || key.equals(OF.key())
                    || has(ModelCarrier.commonOptions(), key);
            (own ? outer : inner).add(pair);
        }
        ModelOptions options = ModelOptions.parse(wrapper.name(), String.join("&", outer), known);
        ModelProvider inside = kinds.inside(wrapper.name(), options.text(OF.key()));
        for (String pair : inner) {
            String meant = wrapper.name() + "." + key(pair);
            if (!has(inside.options(), key(pair)) && has(known, meant)) {
                throw new IllegalArgumentException(
                        "model " + inside.name() + " has no option \"" + key(pair) + "\"; did you mean " + meant + "?");
            }
        }
        ModelOptions insides = ModelOptions.parse(inside.name(), String.join("&", inner), inside.options());
        return new NamedModel(name(wrapper.name(), query), options, setup -> {
            UnaryOperator<DeviceModel> around = wrapper.wrap(setup.wrapped(), options);
            DeviceModel model = inside.create(setup, insides);
            try {
                return around.apply(model);
            } catch (RuntimeException e) {
                throw Closing.after(e, model::close);
            }
        });
    }

    private static String key(String pair) {
        return pair.substring(0, Math.max(0, pair.indexOf('=')));
    }

    private static boolean has(List<ModelOption> options, String key) {
        return options.stream().anyMatch(option -> option.key().equals(key));
    }

    private static String name(String kind, String query) {
        return ModelCarrier.SCHEME + ":" + kind + (query.isEmpty() ? "" : "?" + query);
    }
}
