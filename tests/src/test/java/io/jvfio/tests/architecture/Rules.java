// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The rules of the architecture. They are made for a root package, so that {@link RulesTest} can show on a tree of small
 * offenders that each of them catches what it is for.
 */
final class Rules {
    /** Reuses an errno segment and a little scratch memory per thread, which end with the thread. */
    private static final String PER_THREAD_MEMORY = ".internal.sys.ThreadMemory";

    private final String root;
    private final Set<String> exported;
    private final String sys;
    private final String uapi;
    private final String kernel;

    /**
     * The rules for the packages below a root.
     *
     * @param exported those that every module may use
     */
    Rules(String root, Set<String> exported) {
        this.root = root;
        this.exported = exported;
        sys = root + ".internal.sys..";
        uapi = root + ".internal.uapi..";
        kernel = root + ".internal.kernel..";
    }

    /** Every rule under the sentence that it enforces. */
    Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("restricted methods are called in internal.sys alone", restrictedMethods());
        rules.put("native-order layouts are used in internal.uapi and internal.sys alone", nativeOrder());
        rules.put("no arena without an end", endlessArenas());
        rules.put("each kind of file is mapped by one class", oneMapperOfEachKind());
        rules.put("internal.sys depends on the root package at most", sysStandsAlone());
        rules.put(
                "internal.uapi depends on internal.sys, the root package and the words of VFIO at most",
                uapiStandsOnSys());
        rules.put("internal.uapi is used by those who speak the kernel's structs", uapiIsForItsSpeakers());
        rules.put("the kernel carriers are named in the root package at most", carriersAreHidden());
        rules.put("the contract does not depend on what is built on it", contractStandsBelow());
        rules.put("core has no dependency", coreHasNoDependency());
        rules.put("the API shows types that its callers can name", apiHidesInternals());
        rules.put("packages are free of cycles", noCycles());
        rules.put("a library does not print", librariesDoNotPrint());
        rules.put("a library keeps no state in static fields", noStaticState());
        rules.put("accessors have no get prefix", noGetPrefix());
        return rules;
    }

    private ArchRule restrictedMethods() {
        return noClasses()
                .that(resideOutsideOfPackage(sys))
                .should()
                .accessTargetWhere(RestrictedMethods.access())
                .because("what can crash the virtual machine is kept behind one fence");
    }

    private ArchRule nativeOrder() {
        return codeUnits()
                .that()
                .areDeclaredInClassesThat(resideOutsideOfPackages(sys, uapi))
                .should(Conditions.giveNativeLayoutsAnOrder())
                .because("registers and device memory have an order of their own, which is not always the CPU's");
    }

    private ArchRule endlessArenas() {
        return noClasses()
                .that(areNot(PER_THREAD_MEMORY))
                .should()
                .callMethod(Arena.class, "ofAuto")
                .orShould()
                .callMethod(Arena.class, "global")
                .because("the order in which memory ends matters, and nobody can close these");
    }

    /** The first is the only one that makes mappings of BARs. */
    private ArchRule oneMapperOfEachKind() {
        return noClasses()
                .that(areNot(".internal.kernel.KernelDevice"))
                .and(areNot(".vfiouser.VfioUserDevice"))
                // The memory beside a server's eventfds, after a look that it is memory.
                .and(areNot(".vfiouser.PostedRegionBuilder"))
                .and(areNot(".vfiouser.server.ClientMemory"))
                .and(areNot(".emulation.BarMemory"))
                .and(areNot(".internal.sys.MemFd"))
                .and(areNot(".internal.sys.Mapping"))
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "maps a file",
                        call -> call.getTargetOwner().getName().equals(root + ".internal.sys.Mapping")
                                && call.getName().equals("ofFile")))
                .because("on s390x a load from a BAR ends the virtual machine, so each that maps knows what it maps");
    }

    private ArchRule sysStandsAlone() {
        return noClasses()
                .that(resideInAPackage(sys))
                .should()
                .dependOnClassesThat(resideInAPackage(root + "..").and(resideOutsideOfPackages(sys, root)));
    }

    private ArchRule uapiStandsOnSys() {
        return noClasses()
                .that(resideInAPackage(uapi))
                .should()
                .dependOnClassesThat(resideInAPackage(root + "..")
                        .and(resideOutsideOfPackages(root, sys, uapi))
                        .and(areNot(".device.VfioPci"))
                        .and(areNot(".device.InfoCapability")));
    }

    private ArchRule uapiIsForItsSpeakers() {
        return noClasses()
                .that(resideOutsideOfPackages(uapi, kernel, root + ".vfiouser..", root + ".platform.zpci.."))
                .should()
                .dependOnClassesThat(resideInAPackage(uapi))
                .because("the kernel, a vfio-user peer and zPCI's capabilities have them on the wire, nobody else");
    }

    private ArchRule carriersAreHidden() {
        return noClasses()
                .that(resideOutsideOfPackages(root, kernel))
                .should()
                .dependOnClassesThat(resideInAPackage(kernel))
                .because("drivers and variants are written against the contract, never against a carrier");
    }

    private ArchRule contractStandsBelow() {
        return noClasses()
                .that(resideInAnyPackage(root + ".device..", root + ".iommu..", root + ".mmio..", root + ".ring.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        root + ".pci..",
                        root + ".interrupt..",
                        root + ".variant..",
                        root + ".host..",
                        root + ".migration.."));
    }

    private ArchRule coreHasNoDependency() {
        String[] core = {
            root,
            root + ".carrier..",
            root + ".device..",
            root + ".iommu..",
            root + ".mmio..",
            root + ".interrupt..",
            root + ".pci..",
            root + ".migration..",
            root + ".ring..",
            root + ".variant..",
            root + ".host..",
            root + ".internal.."
        };
        return classes()
                .that(resideInAnyPackage(core))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(core).or(resideInAnyPackage("java..", "jdk.jfr..", "org.jspecify..")));
    }

    private ArchRule apiHidesInternals() {
        return classes()
                .that(areApi())
                .should(Conditions.showOnly(areApi().or(resideInAnyPackage("java..", "org.junit.jupiter.api.."))))
                .because("what comes from elsewhere, its module would have to require as well");
    }

    /** {@code Vfio} is the top, which puts everything together; nobody in core names it. */
    private ArchRule noCycles() {
        DescribedPredicate<JavaClass> top = DescribedPredicate.describe(
                "are the top", type -> type.getName().equals(root + ".Vfio"));
        return SlicesRuleDefinition.slices()
                .assignedFrom(new Packages(root))
                .should()
                .beFreeOfCycles()
                .ignoreDependency(top, DescribedPredicate.alwaysTrue());
    }

    /** Each package for itself. */
    private record Packages(String root) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            boolean ours = name.equals(root) || name.startsWith(root + ".");
            return ours ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of " + root;
        }
    }

    private ArchRule librariesDoNotPrint() {
        return noClasses().that(areOfALibrary()).should(ACCESS_STANDARD_STREAMS);
    }

    private ArchRule noStaticState() {
        return fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat(areOfALibrary().and(areNot(PER_THREAD_MEMORY)))
                .and(areWritten())
                .should(Conditions.beConstant())
                .because("two users in one process must not meet");
    }

    private ArchRule noGetPrefix() {
        return methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(areApi())
                .should(Conditions.notBeNamed("get\\p{Upper}.*", "getMessage"));
    }

    private DescribedPredicate<JavaClass> areOfALibrary() {
        return resideInAPackage(root + "..")
                .and(resideOutsideOfPackages(root + ".cli..", root + ".examples..", root + ".benchmarks.."))
                .as("are of a library");
    }

    private DescribedPredicate<JavaClass> areApi() {
        DescribedPredicate<JavaClass> visible = DescribedPredicate.describe("are public", Conditions::isVisible);
        return areOfALibrary()
                .and(DescribedPredicate.describe(
                        "are exported", (JavaClass type) -> exported.contains(type.getPackageName())))
                .and(visible)
                .as("are API");
    }

    private DescribedPredicate<JavaClass> areNot(String name) {
        return DescribedPredicate.describe(
                "are not " + name, type -> !type.getName().equals(root + name));
    }

    /** Leaves out what the compiler adds, such as the values of an enum. */
    private static DescribedPredicate<JavaMember> areWritten() {
        return DescribedPredicate.describe(
                "are written by hand", member -> !member.getModifiers().contains(JavaModifier.SYNTHETIC));
    }
}
