// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VariantChoice;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import io.jvfio.tests.emulation.FullModel;
import io.jvfio.tests.emulation.Models;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The contract of a device on a model with a layer and a variant that come from their providers. */
final class ProvidedDeviceModelTest extends VfioDeviceContract {
    @TempDir
    private Path folder;

    @Override
    protected Vfio createContext() {
        return Vfio.create(InventedProviders.in(folder));
    }

    @Override
    protected OpenOptions options() {
        return OpenOptions.defaults().withVariant(VariantChoice.of("test.nothing"));
    }

    @Override
    protected DeviceLocator locator() {
        return Models.FULL;
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return Optional.of(FullModel.MAPPED);
    }

    @Override
    protected Optional<TestRegister> careless() {
        return Optional.of(FullModel.CARELESS);
    }
}
