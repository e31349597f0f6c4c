// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.zpci;

import io.jvfio.device.InfoCapability;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.iommu.IovaRange;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import io.jvfio.platform.zpci.spec.GroupCapability;
import io.jvfio.platform.zpci.spec.PfipCapability;
import io.jvfio.platform.zpci.spec.UtilityString;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a locator says of a zPCI function. What it does not say is as a function of QEMU's has it under Linux 7.3.
 *
 * <p>Threads: immutable.
 *
 * @param shown whether the kernel shows zPCI's capabilities at all
 * @param base what every function has, with its first handle
 * @param group what its group has, or null
 * @param util what firmware says, or null
 * @param pfip the path to it, or null
 * @param fid its id
 * @param noi how many vectors can be had
 * @param slotReset whether a reset disables and enables the function, else the function resets itself
 */
record ZpciOptions(
        boolean shown,
        BaseCapability base,
        @Nullable GroupCapability group,
        @Nullable UtilityString util,
        @Nullable PfipCapability pfip,
        int fid,
        int noi,
        boolean slotReset) {
    private static final String APERTURE = "zpci.aperture";
    private static final String UTIL = "zpci.util";
    private static final String PFIP = "zpci.pfip";

    private static final long FOUR_GIB = 1L << 32;
    private static final long PAGE = 4096;
    private static final long LAST = (1L << 48) - 1;
    private static final long MSI_ADDRESS = 0xfe00_0000_0000_0000L;
    private static final int INTERVAL = 4000;
    private static final int STORE = 128;
    private static final int MOST_STORED = 8191;
    private static final Pattern RANGE = Pattern.compile("(0x\\p{XDigit}{1,12})-(0x\\p{XDigit}{1,12})");
    private static final Pattern SEGMENTS = Pattern.compile("\\p{XDigit}{2}(\\.\\p{XDigit}{2}){0,7}");

    static final List<ModelOption> KNOWN = List.of(
            new ModelOption(
                    "zpci.base",
                    "3",
                    "version of BASE: 1, 2 with a handle, 3 with error records; 0 for a kernel without any of these"),
            new ModelOption("zpci.group", "2", "version of GROUP, 1 or 2; 0 for none"),
            new ModelOption(UTIL, "", "the utility string, up to 64 characters"),
            new ModelOption(PFIP, "00.00.00.00", "the path in up to 8 segments, or off"),
            new ModelOption(APERTURE, "2GiB", "where IOVAs may lie: 0x100000000-0x1ffffffff, or a size from 4 GiB on"),
            new ModelOption("zpci.noi", "128", "how many vectors can be had, 1 to 2048"),
            new ModelOption("zpci.fid", "0x10", "function id"),
            new ModelOption("zpci.fh", "0x80020000", "the first function handle"),
            new ModelOption("zpci.pchid", "0", "physical channel id"),
            new ModelOption("zpci.vfn", "0", "virtual function number; not 0 has memory decoding always on"),
            new ModelOption("zpci.pft", "0", "type of the function"),
            new ModelOption("zpci.gid", "0xff", "id of its group"),
            new ModelOption(
                    "zpci.reset", "bus", "how it is reset: bus, with another handle, or flr, which leaves that"),
            new ModelOption("zpci.imaxstbl", "128", "longest block that the machine stores, up to 8191 bytes"));

    /** Reads the options. */
    static ZpciOptions parse(ModelOptions options) {
        int version = (int) options.number("zpci.base", 0, 3);
        int group = (int) options.number("zpci.group", 0, 2);
        int noi = (int) options.number("zpci.noi", 1, 2048);
        IovaRange aperture = aperture(options);
        int stored = (int) options.number("zpci.imaxstbl", 0, MOST_STORED);
        BaseCapability base = new BaseCapability(
                Math.max(1, version),
                aperture.start(),
                aperture.last(),
                (int) options.number("zpci.pchid", 0, 0xffff),
                (int) options.number("zpci.vfn", 0, 0xffff),
                0,
                (int) options.number("zpci.pft", 0, 0xff),
                (int) options.number("zpci.gid", 0, 0xff),
                (int) options.number("zpci.fh", 0, 0xffff_ffffL),
                ErrorRecord.SIZE);
        return new ZpciOptions(
                version != 0,
                base,
                group == 0
                        ? null
                        : new GroupCapability(
                                group, 0, MSI_ADDRESS, GroupCapability.REFRESH, INTERVAL, noi, STORE, 0, stored),
                util(options),
                pfip(options),
                (int) options.number("zpci.fid", 0, 0xffff_ffffL),
                noi,
                options.choice("zpci.reset", "bus", "flr").equals("bus"));
    }

    private static IovaRange aperture(ModelOptions options) {
        Matcher range = RANGE.matcher(options.text(APERTURE));
        if (!range.matches()) {
            long size = options.bytes(APERTURE, PAGE, LAST + 1 - FOUR_GIB);
            return aperture(options, FOUR_GIB, FOUR_GIB + size - 1);
        }
        return aperture(options, Long.decode(range.group(1)), Long.decode(range.group(2)));
    }

    private static IovaRange aperture(ModelOptions options, long start, long last) {
        if (start > last || start % PAGE != 0 || (last + 1) % PAGE != 0) {
            throw options.bad(APERTURE, "of whole pages of 4 KiB, such as 0x100000000-0x1ffffffff or 4GiB");
        }
        return new IovaRange(start, last);
    }

    private static @Nullable UtilityString util(ModelOptions options) {
        try {
            return options.has(UTIL) ? UtilityString.of(options.text(UTIL)) : null;
        } catch (IllegalArgumentException e) {
            throw options.bad(UTIL, "up to 64 printable ASCII characters", e);
        }
    }

    private static @Nullable PfipCapability pfip(ModelOptions options) {
        String text = options.text(PFIP);
        if (text.equals("off")) {
            return null;
        }
        if (!SEGMENTS.matcher(text).matches()) {
            throw options.bad(PFIP, "up to 8 bytes in hexadecimal such as 01.00.00.0b, or off");
        }
        return new PfipCapability(
                Stream.of(text.split("\\.", -1)).map(HexFormat::fromHexDigits).toList());
    }

    /** Whether error records can be read. */
    boolean tellsErrors() {
        return shown && base.version() >= BaseCapability.WITH_ERRORS;
    }

    /** What the device's info chain says when the function has this handle. */
    List<InfoCapability> capabilities(int handle) {
        if (!shown) {
            return List.of();
        }
        return new ZpciCapabilities(base.withHandle(handle), group, util, pfip).toList();
    }
}
