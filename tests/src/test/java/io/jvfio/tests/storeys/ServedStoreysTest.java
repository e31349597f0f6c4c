// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.RegionArea;
import io.jvfio.device.Storeys;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.emulation.Models;
import io.jvfio.variant.DeviceStack;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.Outcome;
import io.jvfio.variant.StackReport.State;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.Version;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a variant does to a device reaches who is served it, over one hop and over two. */
@Timeout(60)
class ServedStoreysTest {
    private static final int CONFIG = 7;
    private static final int MEMORY = InventedProviders.MEMORY;

    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    private DeviceStack open(DeviceLocator locator) {
        Vfio vfio = closing(Vfio.create(InventedProviders.in(folder)));
        DeviceStack stack = vfio.openStack(locator, OpenOptions.defaults());
        closing(stack.device());
        return stack;
    }

    private DeviceLocator serve(VfioDevice device, String name) {
        Path socket = folder.resolve(name);
        closing(VfioUserServer.listen(
                device, socket, ServerOptions.defaults().withTrustClient(true), ServerListener.NONE));
        return DeviceLocator.parse("vfio-user:" + socket);
    }

    @Test
    void two_hops_keep_regions_and_overlays_and_stack_nothing_twice() {
        DeviceStack first = open(Models.FULL);
        assertThat(first.report().outcome()).isEqualTo(Outcome.SELECT);
        assertThat(Storeys.of(first.device()).ids()).containsExactly("test.layer", "test.adding");
        DeviceStack second = open(serve(first.device(), "one"));
        DeviceStack third = open(serve(second.device(), "two"));
        long value = 1;
        for (DeviceStack stack : List.of(first, second, third)) {
            VfioDevice device = stack.device();
            assertThat(device.info().regionCount()).isEqualTo(10);
            assertThat(device.region(9).type()).contains(InventedProviders.TYPE);
            device.writeRegister(9, 0, 8, ++value);
            assertThat(device.readRegister(9, 0, 8)).isEqualTo(value);
            assertThat(first.device().readRegister(9, 0, 8)).isEqualTo(value);
            assertThat(device.readRegister(CONFIG, InventedProviders.OVERLAID, 4))
                    .isEqualTo(0x5678_1234);
            assertThat(Storeys.of(device).ids()).containsExactly("test.layer", "test.adding");
        }
        for (DeviceStack stack : List.of(second, third)) {
            assertThat(stack.report().outcome()).isEqualTo(Outcome.GENERIC);
            assertThat(stack.report().below()).containsExactly("test.layer", "test.adding");
            assertThat(stack.report().layers())
                    .filteredOn(each -> each.id().equals("test.layer"))
                    .extracting(Candidate::state)
                    .containsExactly(State.BELOW);
            assertThat(stack.report().variants())
                    .filteredOn(each -> each.id().equals("test.adding"))
                    .extracting(Candidate::state)
                    .containsExactly(State.BELOW);
            assertThat(stack.report().notes()).containsExactly("who serves the device has its variant already");
        }
    }

    @Test
    void a_guarded_page_of_a_model_is_a_hole_for_clients_who_get_no_descriptor() {
        VfioDevice device = open(Models.FULL).device();
        VfioDevice client = open(serve(device, "guarded")).device();
        assertThat(device.region(MEMORY).mmapAreas())
                .containsExactly(new RegionArea(0x1000, 0x1000), new RegionArea(0x3000, 0x1000));
        assertThat(device.map(MEMORY, 0x2000, 0x1000)).isEmpty();
        assertThat(device.file(MEMORY)).isEmpty();
        for (long page = 0; page < 0x4000; page += 0x1000) {
            assertThat(client.map(MEMORY, page, 0x1000)).isEmpty();
        }
        assertThat(client.file(MEMORY)).isEmpty();
        client.writeRegister(MEMORY, 0x2000, 4, 0x77);
        assertThat(client.readRegister(MEMORY, 0x2000, 4)).isEqualTo(0x77);
        assertThat(device.readRegister(9, 0, 8)).isEqualTo(0x77);
    }

    @Test
    void a_foreign_client_sees_nine_regions() {
        DeviceLocator served = serve(open(Models.FULL).device(), "foreign");
        SystemCalls sys = SystemCalls.linux();
        try (UnixSocket socket = UnixSocket.connect(sys, served.target(), Duration.ofSeconds(5));
                Message out = new Message(4096);
                Message in = new Message(4096)) {
            MessageChannel channel = new MessageChannel(socket, 16);
            new Version(0, 1, Capabilities.absent().withMaxFds(16)).write(out, 0);
            channel.send(out, List.of());
            assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            InfoMessages.askDevice(out, 1, InfoMessages.DEVICE_SIZE);
            channel.send(out, List.of());
            assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            assertThat(InfoMessages.device(in).regionCount()).isEqualTo(9);
            InfoMessages.askRegion(out, 2, 9, InfoMessages.REGION_SIZE);
            channel.send(out, List.of());
            assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
            assertThat(in.isError()).isTrue();
        }
    }

    @Test
    void a_driver_finds_the_region_by_its_type_and_the_API_of_the_variant() {
        Vfio vfio = closing(Vfio.create(InventedProviders.in(folder)));
        try (PciDevice device = vfio.openPci(Models.FULL, OpenOptions.defaults())) {
            device.region(InventedProviders.TYPE).orElseThrow().mmio().write64(0, 5);
            assertThat(device.region(InventedProviders.TYPE)
                            .orElseThrow()
                            .mmio()
                            .read64(0))
                    .isEqualTo(5);
            InventedProviders.Adding api =
                    device.as(InventedProviders.Adding.class).orElseThrow();
            assertThat(device.as(InventedProviders.Adding.class)).containsSame(api);
            assertThat(device.as(String.class)).isEmpty();
        }
        OpenOptions none = OpenOptions.defaults().withVariant(VariantChoice.none());
        try (PciDevice device = vfio.openPci(Models.FULL, none)) {
            assertThat(device.region(InventedProviders.TYPE)).isEmpty();
            assertThat(device.as(InventedProviders.Adding.class)).isEmpty();
        }
    }
}
