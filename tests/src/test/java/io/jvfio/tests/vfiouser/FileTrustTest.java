// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Fd;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.mmio.Layouts;
import io.jvfio.tests.emulation.FullModel;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets the file behind a region, over one hop and over two, and what he has of it when he has gone. */
class FileTrustTest {
    private static final int BAR = FullModel.MAPPED.region();
    private static final int OFFSET = (int) FullModel.MAPPED.offset() & ~0xfff;

    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Vfio context = closing(Vfio.create());

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

    private VfioDevice open(String locator) {
        return closing(context.openDevice(DeviceLocator.parse(locator), OpenOptions.defaults()));
    }

    private String serve(VfioDevice device, String name, boolean trust) {
        Path socket = folder.resolve(name);
        ServerOptions options = ServerOptions.defaults().withTrustClient(trust);
        closing(VfioUserServer.listen(device, socket, options, new ServerListener() {}));
        return "vfio-user:" + socket;
    }

    @Test
    void the_areas_of_a_model_are_any_client_s() {
        VfioDevice client = open(serve(open("model:full"), "one", false));
        assertThat(client.map(BAR, OFFSET, 0x1000)).isPresent();
        assertThat(client.file(BAR).orElseThrow().reach()).isEqualTo(RegionFile.Reach.DEVICE);
    }

    @Test
    void a_file_from_another_process_is_passed_on_to_a_trusted_client_alone() {
        String first = serve(open("model:full"), "first", true);
        VfioDevice hop = open(first);
        assertThat(hop.map(BAR, OFFSET, 0x1000)).isPresent();
        assertThat(hop.ability(Fd.class)).isEmpty();

        VfioDevice untrusted = open(serve(hop, "untrusted", false));
        assertThat(untrusted.region(BAR).mmapAreas()).isEmpty();
        assertThat(untrusted.map(BAR, OFFSET, 0x1000)).isEmpty();
        assertThat(untrusted.file(BAR)).isEmpty();
        assertThat(untrusted.readRegister(BAR, OFFSET + 8, 4)).isEqualTo(0x6d65_6d6fL);

        VfioDevice trusted = open(serve(hop, "trusted", true));
        assertThat(trusted.map(BAR, OFFSET, 0x1000)).isPresent();
    }

    @Test
    void what_a_client_keeps_of_a_model_s_file_is_the_device_s_no_more_once_it_is_taken_back() {
        VfioDevice device = open("model:full");
        RegionFile file = device.file(BAR).orElseThrow();
        assertThat(file.reach()).isEqualTo(RegionFile.Reach.AREAS);
        SystemCalls sys = SystemCalls.linux();
        int protection = Abi.PROT_READ | Abi.PROT_WRITE;
        try (RegionMapping window = device.map(BAR, OFFSET, 0x1000).orElseThrow();
                Fd kept = file.fd().duplicate();
                Mapping old = Mapping.ofFile(sys, kept, file.offset() + OFFSET, 0x1000, protection)) {
            old.memory().set(Layouts.LE_INT, 16, 0x1111);
            assertThat(device.readRegister(BAR, OFFSET + 16, 4)).isEqualTo(0x1111);

            assertThat(file.revoke()).isTrue();
            old.memory().set(Layouts.LE_INT, 16, 0x2222);
            assertThat(device.readRegister(BAR, OFFSET + 16, 4)).isEqualTo(0x1111);
            assertThat(window.memory().get(Layouts.LE_INT, 16)).isEqualTo(0x1111);
            window.memory().set(Layouts.LE_INT, 16, 0x3333);
            assertThat(device.readRegister(BAR, OFFSET + 16, 4)).isEqualTo(0x3333);
            assertThat(old.memory().get(Layouts.LE_INT, 16)).isEqualTo(0x2222);
            assertThat(device.file(BAR).orElseThrow().revoke()).isTrue();
            assertThat(device.readRegister(BAR, OFFSET + 16, 4)).isEqualTo(0x3333);
        }
    }
}
