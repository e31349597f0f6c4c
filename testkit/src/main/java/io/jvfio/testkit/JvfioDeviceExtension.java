// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.pci.PciDevice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/** What {@link JvfioDevice} does. Threads: thread-safe, as JUnit's store is. */
final class JvfioDeviceExtension
        implements ParameterResolver, TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

    private static final Namespace NAMESPACE = Namespace.create(JvfioDeviceExtension.class);

    /** How a device says that it is not there, or not for this process. */
    private static final Set<Integer> ABSENT =
            Set.of(Errno.ENOENT, Errno.ENODEV, Errno.ENXIO, Errno.EACCES, Errno.EPERM);

    /** For JUnit. */
    JvfioDeviceExtension() {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        boolean device = type(parameter) == PciDevice.class || type(parameter) == VfioDevice.class;
        if (!device && parameter.isAnnotated(JvfioDevice.class)) {
            throw new IllegalArgumentException("@JvfioDevice gives a PciDevice or a VfioDevice, no "
                    + type(parameter).getName());
        }
        return device && find(parameter, test).isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        JvfioDevice wanted = find(parameter, test).orElseThrow();
        ExtensionContext.Store store = test.getStore(NAMESPACE);
        Opened opened = store.computeIfAbsent(Opened.class, key -> new Opened(), Opened.class);
        DeviceLocator locator = DeviceLocator.parse(wanted.value());
        try {
            return opened.open(locator, wanted.iommu(), type(parameter) == PciDevice.class);
        } catch (IllegalArgumentException | VfioException e) {
            if (wanted.optional() && isAbsent(e)) {
                throw new TestAbortedException(wanted.value() + " is not available: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext test, Throwable failure) throws Throwable {
        throw unwrapped(failure);
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext test, Throwable failure) throws Throwable {
        throw unwrapped(failure);
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext test, Throwable failure) throws Throwable {
        throw unwrapped(failure);
    }

    /** JUnit makes a failure of whatever a resolver throws; a missing device that is optional is to be none. */
    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof ParameterResolutionException
                        && failure.getCause() instanceof TestAbortedException cause
                ? cause
                : failure;
    }

    private static Class<?> type(ParameterContext parameter) {
        return parameter.getParameter().getType();
    }

    private static Optional<JvfioDevice> find(ParameterContext parameter, ExtensionContext test) {
        return parameter.findAnnotation(JvfioDevice.class).or(() -> ofClass(test));
    }

    private static Optional<JvfioDevice> ofClass(ExtensionContext test) {
        for (@Nullable ExtensionContext at = test;
                at != null;
                at = at.getParent().orElse(null)) {
            Optional<JvfioDevice> found =
                    at.getTestClass().flatMap(type -> AnnotationSupport.findAnnotation(type, JvfioDevice.class));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** A locator that names nothing is a bad argument to the carrier; what the system refuses is an errno. */
    private static boolean isAbsent(RuntimeException failure) {
        return !(failure instanceof VfioException refused) || ABSENT.contains(refused.errno());
    }

    /** What one test, or one class, has open; closed by JUnit when that ends. */
    private static final class Opened implements AutoCloseable {
        private final LeakCheck leaks = LeakCheck.start();
        private final Vfio context = Vfio.create();
        private final Deque<AutoCloseable> devices = new ArrayDeque<>();

        synchronized Object open(DeviceLocator locator, IommuChoice iommu, boolean pci) {
            OpenOptions options = OpenOptions.defaults().withIommu(iommu);
            AutoCloseable device = pci ? context.openPci(locator, options) : context.openDevice(locator, options);
            devices.push(device);
            return device;
        }

        @Override
        public synchronized void close() {
            devices.addLast(context);
            AssertionError failure = new AssertionError("the device of the test could not be closed");
            Closing.after(failure, devices.reversed().toArray(AutoCloseable[]::new));
            if (failure.getSuppressed().length > 0) {
                throw failure;
            }
            leaks.assertNothingLeaked();
        }
    }
}
