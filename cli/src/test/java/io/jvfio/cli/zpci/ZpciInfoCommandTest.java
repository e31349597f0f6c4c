// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.zpci;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.ZpciErrors;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import io.jvfio.platform.zpci.spec.GroupCapability;
import io.jvfio.platform.zpci.spec.PfipCapability;
import io.jvfio.platform.zpci.spec.UtilityString;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZpciInfoCommandTest {
    private static final ZpciCapabilities ALL = new ZpciCapabilities(
            new BaseCapability(3, 1L << 32, 0x1_7fff_ffffL, 0x1c4, 2, 0x60, 0xb, 0xff, 0x8002_0000, ErrorRecord.SIZE),
            new GroupCapability(2, 0, 0xfe00_0000_0000_0000L, 1, 4000, 128, 128, 0, 4096),
            UtilityString.of("PORT 1"),
            new PfipCapability(List.of(0, 1, 2, 3)));

    private static final ZpciCapabilities OLDEST = new ZpciCapabilities(
            new BaseCapability(1, 1L << 32, 0x1_7fff_ffffL, 0, 0, 0, 0, 0xff, 0, 0), null, null, null);

    @TempDir
    Path root;

    private final Vfio vfio = Vfio.create();
    private final Deque<byte[]> records = new ArrayDeque<>();
    private ZpciCapabilities capabilities = ALL;
    private Run run;

    @BeforeEach
    void make() {
        run = new Run(root);
        run.opener = (locator, options) ->
                vfio.pci(vfio.stack(function(locator), options).device(), locator);
    }

    @AfterEach
    void close() {
        vfio.close();
    }

    private ForwardingDevice function(String locator) {
        return new ForwardingDevice(EmulatedDevice.open(locator, EmulationOptions.defaults())) {
            @Override
            public DeviceInfo info() {
                DeviceInfo model = super.info();
                return new DeviceInfo(model.flags(), model.regionCount(), model.irqCount(), capabilities.toList());
            }

            @Override
            public <T> Optional<T> ability(Class<T> type) {
                ZpciErrors errors = () -> Optional.ofNullable(records.poll());
                return type == ZpciErrors.class && capabilities.base().version() == 3
                        ? Optional.of(type.cast(errors))
                        : super.ability(type);
            }
        };
    }

    @Test
    void all_that_is_known_is_told() {
        records.add(new ErrorRecord(0x8002_0000, 0x10, 0, 0, 0, false, false, 0x1000, 4).bytes());
        assertThat(run.execute("zpci", "info", "model:nvme")).as(run.err).isZero();
        assertThat(run.out)
                .contains("0x80020000, enabled", "NVMe (0xb)", "at most 128", "PORT 1", "00.01.02.03")
                .contains("error: translation protection (code 0x4) of function 0x10", "-> reset the function");
    }

    @Test
    void as_JSON_too() {
        records.add(new ErrorRecord(0x8002_0000, 0x10, 0, 0, 0, false, false, 0x1000, 0x3b).bytes());
        assertThat(run.execute("zpci", "info", "model:nvme", "--json"))
                .as(run.err)
                .isZero();
        Map<?, ?> told = run.json();
        assertThat(told.get("handle")).isEqualTo("0x80020000");
        assertThat(told.get("apertureStart")).isEqualTo("0x100000000");
        assertThat(told.get("apertureLast")).isEqualTo("0x17fffffff");
        assertThat(told.get("utility")).isEqualTo("PORT 1");
        assertThat(told.get("errorsRecorded")).isEqualTo(true);
        assertThat((Map<?, ?>) run.json().get("limits")).hasSize(8);
        assertThat((List<?>) run.json().get("errors")).hasSize(1);
        assertThat(run.out).contains("\"permanent\":true");
    }

    @Test
    void an_old_kernel_tells_less() {
        capabilities = OLDEST;
        assertThat(run.execute("zpci", "info", "model:nvme")).as(run.err).isZero();
        assertThat(run.out).contains("not recorded").doesNotContain("handle", "vectors", "firmware", "path");
        assertThat(run.execute("zpci", "info", "model:nvme", "--json")).isZero();
        assertThat(run.json().get("handle")).isNull();
        assertThat(run.json().get("limits")).isNull();
    }

    @Test
    void without_its_layer_a_function_is_refused_by_name() {
        assertThat(run.execute("zpci", "info", "model:nvme", "--variant", "none"))
                .isEqualTo(ExitCode.VARIANT);
        assertThat(run.err).contains("no layer zpci").hasLineCount(1);
        run.opener = Vfio::open;
        assertThat(run.execute("zpci", "info", "model:edu")).isEqualTo(ExitCode.VARIANT);
    }

    @Test
    void explain_shows_the_layer() {
        run.opener = Vfio::open;
        assertThat(run.execute("explain", "--open", "model:edu")).as(run.err).isZero();
        assertThat(run.out).contains("zpci").contains("declined: it reports no BASE");
    }
}
