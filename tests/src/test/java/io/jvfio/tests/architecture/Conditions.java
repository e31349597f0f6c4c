// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PRIVATE;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** What the rules ask of classes and members beyond what ArchUnit brings. */
final class Conditions {
    private static final Set<String> MUTABLE_PACKAGES = Set.of("java.util.concurrent", "java.util.concurrent.atomic");

    private Conditions() {}

    /** A layout of more than a byte is in the CPU's order unless {@code withOrder} follows. */
    static ArchCondition<JavaCodeUnit> giveNativeLayoutsAnOrder() {
        return condition("give every native-order layout an order", (codeUnit, events) -> {
            long uses = codeUnit.getFieldAccesses().stream()
                    .filter(access -> access.getTargetOwner().isEquivalentTo(ValueLayout.class))
                    .filter(access -> !access.getName().startsWith("JAVA_BYTE")
                            && !access.getName().startsWith("JAVA_BOOLEAN"))
                    .count();
            long orders = codeUnit.getMethodCallsFromSelf().stream()
                    .filter(call -> call.getName().equals("withOrder"))
                    .count();
            if (uses > orders) {
                violation(codeUnit, uses + " native-order layouts, " + orders + " calls of withOrder", events);
            }
        });
    }

    /**
     * Supertypes, and what callers see of the members, must be {@code nameable}. A supertype that is not visible may be of
     * the same package.
     */
    static ArchCondition<JavaClass> showOnly(DescribedPredicate<JavaClass> nameable) {
        return condition("show only types that " + nameable.getDescription(), (type, events) -> {
            Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream())
                    .filter(seen -> !nameable.test(seen) && !seen.getPackage().equals(type.getPackage()))
                    .forEach(seen -> events.add(
                            SimpleConditionEvent.violated(type, type.getFullName() + " extends " + seen.getName())));
            type.getMembers().stream()
                    .filter(member -> isVisible(member.getModifiers()))
                    .forEach(member -> typesOf(member)
                            .map(JavaClass::getBaseComponentType)
                            .filter(seen -> !seen.isPrimitive() && !nameable.test(seen))
                            .forEach(seen -> violation(member, seen.getName(), events)));
        });
    }

    /** What a caller must name to use a member. */
    private static Stream<JavaClass> typesOf(JavaMember member) {
        return switch (member) {
            case JavaField field -> field.getType().getAllInvolvedRawTypes().stream();
            case JavaCodeUnit codeUnit ->
                Stream.of(
                                codeUnit.getReturnType().getAllInvolvedRawTypes().stream(),
                                codeUnit.getExceptionTypes().stream(),
                                codeUnit.getParameterTypes().stream()
                                        .map(JavaType::getAllInvolvedRawTypes)
                                        .flatMap(Collection::stream))
                        .flatMap(types -> types);
            default -> Stream.empty();
        };
    }

    /** Final, and of a type that does not change or that nobody else can reach. */
    static ArchCondition<JavaField> beConstant() {
        return condition("be constant", (field, events) -> {
            JavaClass type = field.getRawType();
            if (!field.getModifiers().contains(FINAL)) {
                violation(field, "not final", events);
            } else if (type.isArray() && !field.getModifiers().contains(PRIVATE)) {
                violation(field, "an array that others can change", events);
            } else if (type.isEquivalentTo(ThreadLocal.class) || MUTABLE_PACKAGES.contains(type.getPackageName())) {
                violation(field, "of the mutable type " + type.getName(), events);
            }
        });
    }

    static ArchCondition<JavaMethod> notBeNamed(String pattern, String exception) {
        return condition("not be named " + pattern, (method, events) -> {
            if (method.getName().matches(pattern) && !method.getName().equals(exception)) {
                violation(method, "is an accessor with a prefix", events);
            }
        });
    }

    /** Whether code in another module can name the type. */
    static boolean isVisible(JavaClass type) {
        return isVisible(type.getModifiers())
                && type.getEnclosingClass().map(Conditions::isVisible).orElse(true);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(PUBLIC) || modifiers.contains(PROTECTED);
    }

    private static void violation(JavaMember member, String what, ConditionEvents events) {
        events.add(SimpleConditionEvent.violated(
                member, member.getDescription() + ": " + what + " in " + member.getSourceCodeLocation()));
    }

    private static <T> ArchCondition<T> condition(String description, BiConsumer<T, ConditionEvents> check) {
        return new ArchCondition<>(description) {
            @Override
            public void check(T item, ConditionEvents events) {
                check.accept(item, events);
            }
        };
    }
}
