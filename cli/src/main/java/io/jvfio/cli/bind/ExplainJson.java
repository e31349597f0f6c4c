// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.binding.BindPlan;
import io.jvfio.binding.BindRequest;
import io.jvfio.binding.BindingProblem;
import io.jvfio.binding.Candidate;
import io.jvfio.binding.Catalogue;
import io.jvfio.binding.Decision;
import io.jvfio.binding.Decision.Safety;
import io.jvfio.binding.DeviceSnapshot;
import io.jvfio.binding.Explanation;
import io.jvfio.binding.ModuleAlias.Source;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.out.Json;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.Modalias;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A choice as JSON. Threads: stateless. */
final class ExplainJson {
    private ExplainJson() {}

    static void write(Json json, Explanation explanation) {
        Decision decision = explanation.decision();
        json.object("device", device -> device(device, explanation.device()));
        json.object("request", request -> request(request, explanation.request()));
        json.objects("overrides", decision.overrides(), (item, override) -> {
            item.text("rank", override.rank());
            item.text("source", override.source());
            item.text("value", override.value());
            item.flag("used", override.used());
        });
        json.object("catalogue", catalogue -> catalogue(catalogue, explanation.catalogue()));
        json.objects("candidates", decision.candidates(), ExplainJson::candidate);
        decision(json, decision);
        json.object("parity", parity -> {
            parity.text("libvirt", decision.libvirt().module());
            parity.text("note", decision.libvirt().note());
        });
        safety(json, decision.safety());
        json.texts("notes", decision.notes());
        json.texts("plan", explanation.plan().map(BindPlan::words).orElse(List.of()));
    }

    private static void device(Json json, DeviceSnapshot device) {
        Modalias ids = device.modalias();
        json.text("address", device.address().toString());
        json.text("modalias", ids.toString());
        json.id("vendor", ids.value(MatchField.VENDOR), 16);
        json.id("device", ids.value(MatchField.DEVICE), 16);
        json.id("subsystemVendor", ids.value(MatchField.SUBSYSTEM_VENDOR), 16);
        json.id("subsystem", ids.value(MatchField.SUBSYSTEM), 16);
        json.id("class", ids.classCode(), 24);
        json.id("revision", device.revision(), 8);
        json.text("driver", device.driver());
        json.text("override", device.override());
        json.flag("vfio", device.vfio());
        json.flag("inferredNewId", device.heldByNewId());
        json.numberOrNull("group", device.group());
        json.flag("noIommu", device.noIommu());
        json.numberOrNull("numaNode", device.numaNode());
        json.text("physicalFunction", text(device.physicalFunction()));
        json.objects("groupMembers", device.others(), (item, member) -> {
            item.text("address", member.address().toString());
            item.text("driver", member.driver());
            item.flag("bridge", member.bridge());
            item.flag("blocks", member.blocks());
        });
    }

    private static void request(Json json, BindRequest request) {
        json.text("wanted", request.wanted());
        json.flag("force", request.force());
        json.texts("forced", request.forced().stream().sorted().map(Enum::name).toList());
        json.flag("yesReally", request.reallySure());
        json.flag("strict", request.strict());
        json.flag("rebind", request.rebind());
        json.flag("noIommu", request.noIommu());
        json.text("onTie", Converters.spelling(request.onTie()));
        json.texts("prefer", request.prefer());
    }

    private static void catalogue(Json json, Catalogue catalogue) {
        json.text("release", catalogue.release());
        json.text("problem", catalogue.problem().isEmpty() ? null : catalogue.problem());
        json.number("count", catalogue.aliases().size());
        json.objects("sources", List.of(Source.values()), (item, source) -> {
            item.text("source", source(source));
            item.number("count", catalogue.count(source));
        });
    }

    private static void candidate(Json json, Candidate candidate) {
        json.text("module", candidate.module());
        json.text("driver", candidate.driver());
        json.text("alias", candidate.pattern());
        json.text("source", source(candidate.source()));
        json.number("wildcards", candidate.key().wildcards());
        json.text("fields", candidate.key().fieldText());
        json.flag("feasible", candidate.feasible());
        json.text("reason", candidate.facts().state().name());
    }

    private static String source(Source source) {
        return source == Source.BUILTIN ? "modules.builtin.modinfo" : "modules.alias";
    }

    private static void decision(Json json, Decision decision) {
        json.object("decision", item -> {
            item.text("outcome", decision.outcome().name());
            item.text("driver", decision.driver());
            item.text("module", decision.module());
            item.text("key", decision.key().isEmpty() ? null : decision.key());
            item.text("reason", decision.reason().isEmpty() ? null : decision.reason());
            decision.failure().ifPresent(problem -> problem(item, problem));
        });
    }

    /** Why something was not done. */
    static void problem(Json json, BindingProblem problem) {
        json.object("problem", item -> {
            item.text("code", problem.name());
            item.text("detail", problem.detail());
            item.text("hint", problem.hint());
        });
    }

    static void safety(Json json, List<Safety> rows) {
        json.objects("safety", rows, (item, row) -> {
            item.text("id", row.hazard().id().name());
            item.text("severity", Converters.spelling(row.hazard().severity()));
            item.text("evidence", row.hazard().evidence());
            item.flag("lifted", row.lifted());
        });
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
