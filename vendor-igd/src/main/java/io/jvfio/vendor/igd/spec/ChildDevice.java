// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A display output as the general definitions (block 2) describe it. Which fields there are and how many bytes they take
 * depends on the version of the BDB.
 *
 * <p>Threads: immutable.
 *
 * @param version the version of the BDB that it is in
 * @param entry its bytes, {@link #SIZE} at least, with zeroes for what the table does not have
 */
public record ChildDevice(int version, Blob entry) {
    /** The most bytes that are known of an entry. */
    public static final int SIZE = 44;

    /** The fewest bytes that an entry has in what is decoded; older tables have fewer and mean other things. */
    static final int MIN_SIZE = 33;

    /** Which display: {@link #handleName}. */
    public static final IgdField HANDLE = IgdField.of("handle", 0, 2);

    /** What kind of display, a bit for each property: {@link #typeName}. */
    public static final IgdField DEVICE_TYPE = IgdField.of("deviceType", 2, 2);

    /** Its connector: {@link #portName}. */
    public static final IgdField DVO_PORT = IgdField.of("dvoPort", 16, 1);

    /** The pins of its I2C bus. */
    public static final IgdField I2C_PIN = IgdField.of("i2cPin", 17, 1);

    /** The pins of its display data channel; what the number means depends on the chip. */
    public static final IgdField DDC_PIN = IgdField.of("ddcPin", 19, 1);

    /** Its auxiliary channel: {@link #auxName}; 0 is that of the port. */
    public static final IgdField AUX_CHANNEL = IgdField.of("auxChannel", 25, 1);

    /** Everything that is known of an entry, in the order of offsets. */
    public static final List<IgdField> FIELDS = List.of(
            HANDLE,
            DEVICE_TYPE,
            IgdField.of("i2cSpeed", 4, 1),
            IgdField.of("onboardPreEmphasis", 5, 1).part(0, 3).since(158),
            IgdField.of("onboardVswing", 5, 1).part(3, 3).since(158),
            IgdField.of("onboardRedriver", 5, 1).part(6, 1).since(158),
            IgdField.of("dockPreEmphasis", 6, 1).part(0, 3).since(158),
            IgdField.of("dockVswing", 6, 1).part(3, 3).since(158),
            IgdField.of("dockRedriver", 6, 1).part(6, 1).since(158),
            IgdField.of("hdmiLevelShift", 7, 1).part(0, 5),
            IgdField.of("hdmiMaxRate", 7, 1).part(5, 3),
            IgdField.of("dtdPointer", 8, 2),
            IgdField.of("edidLess", 10, 1).part(0, 1),
            IgdField.of("compression", 10, 1).part(1, 1),
            IgdField.of("compressionCps", 10, 1).part(2, 1),
            IgdField.of("gangedEdp", 10, 1).part(3, 1),
            IgdField.of("lttprNonTransparent", 10, 1).part(4, 1),
            IgdField.of("noExternalCompression", 10, 1).part(5, 1),
            IgdField.of("compressionIndex", 11, 1).part(0, 4),
            IgdField.of("frlMaxRate", 12, 1).part(0, 4),
            IgdField.of("frlValid", 12, 1).part(4, 1),
            IgdField.of("addInOffset", 14, 2),
            DVO_PORT,
            I2C_PIN,
            IgdField.of("targetAddress", 18, 1),
            DDC_PIN,
            IgdField.of("edidPointer", 20, 2),
            IgdField.of("dvoConfig", 22, 1),
            IgdField.of("routedViaDock", 23, 1).part(0, 1),
            IgdField.of("laneReversal", 23, 1).part(1, 1),
            IgdField.of("lspcon", 23, 1).part(2, 1),
            IgdField.of("iboost", 23, 1).part(3, 1),
            IgdField.of("hpdInverted", 23, 1).part(4, 1),
            IgdField.of("useVbtVswing", 23, 1).part(5, 1).since(218),
            IgdField.of("maxLanesMinusOne", 23, 1).part(6, 2).since(244),
            IgdField.of("hdmi", 24, 1).part(0, 1),
            IgdField.of("displayPort", 24, 1).part(1, 1),
            IgdField.of("tmds", 24, 1).part(2, 1),
            AUX_CHANNEL,
            IgdField.of("dongleDetect", 26, 1),
            IgdField.of("pipeCap", 27, 1).part(0, 2),
            IgdField.of("sdvoStall", 27, 1).part(2, 1),
            IgdField.of("hpdStatus", 27, 1).part(3, 2),
            IgdField.of("integratedEncoder", 27, 1).part(5, 1),
            IgdField.of("dvoWiring", 28, 1),
            IgdField.of("mipiBridge", 29, 1),
            IgdField.of("extendedType", 30, 2),
            IgdField.of("dvoFunction", 32, 1),
            IgdField.of("usbC", 33, 1).part(0, 1).since(195),
            IgdField.of("thunderbolt", 33, 1).part(1, 1).since(209),
            IgdField.of("dedicatedExternal", 33, 1).part(2, 1).since(264),
            IgdField.of("dynamicTypeC", 33, 1).part(3, 1).since(264),
            IgdField.of("traceLength", 33, 1).part(4, 4).since(209),
            IgdField.of("dpGpioIndex", 34, 1).since(195),
            IgdField.of("dpGpioPin", 35, 2).since(195),
            IgdField.of("dpIboost", 37, 1).part(0, 4).since(196),
            IgdField.of("hdmiIboost", 37, 1).part(4, 4).since(196),
            IgdField.of("dpMaxRate", 38, 1).part(0, 3).since(216),
            IgdField.of("efpIndex", 39, 1).since(256),
            IgdField.of("edpRateOverride", 40, 4).part(0, 12).since(263));

    private static final int[] SIZE_SINCE = {0, 22, 106, 27, 111, 33, 195, 37, 196, 38, 216, 39, 256, 40, 263, 44};

    private static final String[] PORTS = {
        "HDMI-A", "HDMI-B", "HDMI-C", "HDMI-D", "LVDS", "TV", "CRT", "DP-B", "DP-C", "DP-D", "DP-A", "DP-E", "HDMI-E",
        "DP-F", "HDMI-F", "DP-G", "HDMI-G", "DP-H", "HDMI-H", "DP-I", "HDMI-I", "MIPI-A", "MIPI-B", "MIPI-C", "MIPI-D"
    };

    private static final int PORTS_SINCE = 155;

    private static final String AUX = "BCDAEFGHI";

    private static final Map<Integer, String> HANDLES =
            Map.of(0x0004, "EFP1", 0x0008, "LFP1", 0x0010, "EFP4", 0x0020, "EFP3", 0x0040, "EFP2", 0x0080, "LFP2");

    private static final Map<Integer, String> NEW_HANDLES = Map.of(0x0001, "EFP6", 0x0100, "EFP7", 0x0200, "EFP8");

    private static final int NEW_HANDLES_SINCE = 217;
    private static final int EFP5_SINCE = 215;
    private static final int MIPI = 1 << 10;
    private static final int NOT_HDMI = 1 << 11;
    private static final int INTERNAL = 1 << 12;
    private static final int ANALOG = 1;
    private static final int DISPLAY_PORT = 1 << 2;
    private static final int TMDS = 1 << 4;
    private static final int LVDS = 1 << 5;

    /** Adds zeroes where the entry is short. */
    public ChildDevice {
        entry = entry.atLeast(SIZE);
    }

    /**
     * Makes an entry, as long as such a version has it.
     *
     * @param version the version of the BDB
     * @param values what is not zero; fields that the version does not have are left out
     * @throws IllegalArgumentException if a value does not fit into its field, or the version's entries are shorter than
     *     33 bytes
     */
    public static ChildDevice of(int version, Map<IgdField, Long> values) {
        byte[] bytes = new byte[SIZE];
        for (IgdField field : FIELDS) {
            Long value = values.get(field);
            if (value != null && version >= field.since()) {
                field.put(bytes, 0, value);
            }
        }
        if (size(version) < MIN_SIZE) {
            throw new IllegalArgumentException("BDB version " + version + " has entries that are not written here");
        }
        return new ChildDevice(version, Blob.of(bytes));
    }

    /** How many bytes an entry has in tables of a version; the longest for versions that are not known. */
    public static int size(int version) {
        int size = 0;
        for (int i = 0; i < SIZE_SINCE.length; i += 2) {
            size = version >= SIZE_SINCE[i] ? SIZE_SINCE[i + 1] : size;
        }
        return size;
    }

    /** The fields that the version has. */
    public List<IgdField> fields() {
        return FIELDS.stream().filter(field -> version >= field.since()).toList();
    }

    /** {@link #HANDLE}. */
    public int handle() {
        return (int) HANDLE.of(entry);
    }

    /** {@link #DEVICE_TYPE}. */
    public int deviceType() {
        return (int) DEVICE_TYPE.of(entry);
    }

    /** {@link #DVO_PORT}. */
    public int dvoPort() {
        return (int) DVO_PORT.of(entry);
    }

    /** {@link #DDC_PIN}. */
    public int ddcPin() {
        return (int) DDC_PIN.of(entry);
    }

    /** {@link #AUX_CHANNEL}. */
    public int auxChannel() {
        return (int) AUX_CHANNEL.of(entry);
    }

    /** The display, such as {@code LFP1} or {@code EFP2}; empty if it is not known. */
    public String handleName() {
        int handle = handle();
        if (version >= NEW_HANDLES_SINCE && NEW_HANDLES.containsKey(handle)) {
            return NEW_HANDLES.get(handle);
        }
        return switch (handle) {
            case 0x0001 -> "CRT";
            case 0x0002 -> version < EFP5_SINCE ? "TV" : "EFP5";
            default -> HANDLES.getOrDefault(handle, "");
        };
    }

    /** What the bits of the device type say, such as {@code eDP} or {@code DP++}; empty if none of them is set. */
    public String typeName() {
        int type = deviceType();
        boolean port = (type & DISPLAY_PORT) != 0;
        boolean hdmi = (type & TMDS) != 0 && (type & NOT_HDMI) == 0;
        List<String> names = new ArrayList<>();
        addIf(names, (type & MIPI) != 0, "DSI");
        addIf(names, port && (type & INTERNAL) != 0, "eDP");
        addIf(names, port && (type & INTERNAL) == 0 && hdmi, "DP++");
        addIf(names, port && (type & INTERNAL) == 0 && !hdmi, "DP");
        addIf(names, !port && hdmi, "HDMI");
        addIf(names, !port && !hdmi && (type & TMDS) != 0, "DVI");
        addIf(names, (type & LVDS) != 0, "LVDS");
        addIf(names, (type & ANALOG) != 0, "CRT");
        return String.join(" ", names);
    }

    /** The connector, such as {@code DP-A}; empty if it is not known. */
    public String portName() {
        int port = dvoPort();
        if (version < PORTS_SINCE) {
            return port == 1 ? "DVO-B" : port == 2 ? "DVO-C" : "";
        }
        return port < PORTS.length ? PORTS[port] : "";
    }

    /** The auxiliary channel, {@code A} to {@code I}; empty for the port's own and for what is not known. */
    public String auxName() {
        int aux = auxChannel();
        int index = (aux >>> 4) - 1;
        return (aux & 0xf) == 0 && index >= 0 && index < AUX.length() ? AUX.substring(index, index + 1) : "";
    }

    private static void addIf(List<String> names, boolean condition, String name) {
        if (condition) {
            names.add(name);
        }
    }
}
