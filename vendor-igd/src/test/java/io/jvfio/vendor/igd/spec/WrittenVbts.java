// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables of many versions, written by our own encoder: what the boards of some years have. */
final class WrittenVbts {
    static final List<Integer> VERSIONS = List.of(
            111, 142, 155, 158, 162, 165, 170, 177, 186, 189, 191, 195, 196, 205, 209, 216, 218, 221, 228, 229, 234,
            236, 239, 250, 256, 263);

    private static final Timing.Axis WIDE = new Timing.Axis(1920, 160, 48, 32, 309, true);
    private static final Timing.Axis HIGH = new Timing.Axis(1080, 31, 3, 5, 174, false);
    private static final Timing.Axis NARROW = new Timing.Axis(1366, 226, 48, 32, 277, false);
    private static final Timing.Axis LOW = new Timing.Axis(768, 22, 4, 8, 156, true);
    private static final int DP = 0x68c6;
    private static final int HDMI = 0x60d2;
    private static final int EDP = 0x78c6;
    private static final int LVDS = 0x5062;
    private static final int TIMINGS_SINCE = 229;
    private static final int PORTS_SINCE = 155;

    private WrittenVbts() {}

    static Map<String, Blob> all() {
        Map<String, Blob> tables = new LinkedHashMap<>();
        VERSIONS.forEach(version -> tables.put("version " + version, of(version).build()));
        return tables;
    }

    static VbtBuilder of(int version) {
        boolean laptop = version >= PORTS_SINCE;
        VbtBuilder builder = new VbtBuilder(version)
                .platform("BOARD" + version)
                .child(child(version, 0x0008, laptop ? EDP : LVDS, laptop ? 10 : 4, version, 0x40))
                .child(child(version, 0x0004, HDMI, 1, 4 + version % 3, 0))
                .child(child(version, 0x0040, DP, 8, 2, 0x20))
                .panelType(version % 3)
                .panel(panel("BOARD-PANEL", 7 + version, new Timing(138_700, WIDE, HIGH)))
                .panel(panel("SMALL", 8, new Timing(75_400, NARROW, LOW)))
                .panel(panel("THIRTEEN-LONG", 9, new Timing(138_000 + version * 10, NARROW, HIGH)))
                .backlight(Backlight.pwm(version, 200 + version, 6, 255))
                .backlight(Backlight.pwm(version, 1000, 12, 200))
                .block(BdbBlock.GENERAL_FEATURES, new byte[] {0, 0, 0, 0, 1, 0, 0})
                .block(254, new byte[] {1, 2, 3});
        if (version >= TIMINGS_SINCE) {
            builder.timing(new Timing(138_700, WIDE, HIGH)).timing(new Timing(1_075_804, WIDE, LOW));
        }
        return builder;
    }

    static Panel panel(String name, int product, Timing timing) {
        return new Panel(name, new PanelId("AUO", product, 0x89abcdefL, 12, 2021), timing);
    }

    private static ChildDevice child(int version, int handle, int type, int port, int ddc, int aux) {
        return ChildDevice.of(
                version,
                Map.of(
                        ChildDevice.HANDLE, (long) handle,
                        ChildDevice.DEVICE_TYPE, (long) type,
                        ChildDevice.DVO_PORT, (long) port,
                        ChildDevice.DDC_PIN, (long) (ddc & 7),
                        ChildDevice.AUX_CHANNEL, (long) aux));
    }
}
