// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.IrqHeldException;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IrqOwnersTest {
    private static final int MSI = VfioPci.VFIO_PCI_MSI_IRQ_INDEX;
    private static final int MSIX = VfioPci.VFIO_PCI_MSIX_IRQ_INDEX;

    private final EventFd eventfd = EventFd.open(SystemCalls.linux());
    private final IrqOwners owners = new IrqOwners(CarrierContext.of(), "0000:00:04.0", this::answer);
    private final IrqOwner driver = IrqOwner.of("the driver");
    private final IrqOwner client = IrqOwner.of("a client");
    private final List<IrqRequest> made = new ArrayList<>();
    private ToIntFunction<IrqRequest> carrier = request -> 0;

    @AfterEach
    void close() {
        eventfd.close();
    }

    private int answer(IrqRequest request) {
        int result = carrier.applyAsInt(request);
        if (result == 0) {
            made.add(request);
        }
        return result;
    }

    private int ask(IrqRequest request) {
        return owners.set(request);
    }

    private IrqRequest assign(int index, IrqOwner owner) {
        return IrqRequest.assign(index, 0, List.of(eventfd.fd())).by(owner);
    }

    @Test
    void whoever_assigns_first_has_all_three_until_he_disables_his() {
        ask(assign(MSIX, driver));
        for (IrqRequest request : List.of(
                assign(MSIX, client),
                assign(MSI, client),
                IrqRequest.trigger(MSIX, 0, 1).by(client),
                IrqRequest.disable(MSIX).by(client),
                IrqRequest.mask(0, 0, 1))) {
            assertThatThrownBy(() -> ask(request))
                    .isInstanceOf(IrqHeldException.class)
                    .hasMessageContaining("the driver")
                    .hasMessageContaining("0000:00:04.0");
        }
        ask(IrqRequest.disable(MSI).by(driver));
        assertThatThrownBy(() -> ask(assign(MSIX, client))).isInstanceOf(IrqHeldException.class);
        ask(IrqRequest.assign(MSIX, 0, Collections.singletonList(null)).by(driver));
        assertThatThrownBy(() -> ask(assign(MSIX, client))).isInstanceOf(IrqHeldException.class);
        ask(IrqRequest.disable(MSIX).by(driver));
        ask(assign(MSI, client));
        assertThat(made).hasSize(5);
    }

    @Test
    void what_the_carrier_refuses_is_nobody_s() {
        carrier = refused -> {
            throw new IllegalStateException("no");
        };
        assertThatThrownBy(() -> ask(assign(MSI, driver))).hasMessage("no");
        carrier = request -> 0;
        ask(assign(MSI, client));
        ask(IrqRequest.disable(MSI).by(client));
        carrier = fewer -> 1;
        assertThat(ask(assign(MSI, driver))).isOne();
        carrier = request -> 0;
        ask(assign(MSI, client));
    }

    @Test
    void a_refused_addition_leaves_the_holder() {
        ask(assign(MSIX, driver));
        carrier = fewer -> 1;
        assertThat(ask(assign(MSIX, driver))).isOne();
        assertThatThrownBy(() -> ask(assign(MSIX, client))).isInstanceOf(IrqHeldException.class);
    }

    @Test
    void notices_that_are_not_listened_to_are_nobody_s() {
        ask(assign(MSIX, driver));
        ask(assign(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, client));
        ask(assign(VfioPci.VFIO_PCI_ERR_IRQ_INDEX, driver));
        assertThat(made).hasSize(3);
    }
}
