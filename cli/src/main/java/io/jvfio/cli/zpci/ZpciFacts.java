// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.zpci;

import io.jvfio.Hex;
import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Properties;
import io.jvfio.host.HostZpci;
import io.jvfio.platform.zpci.Zpci;
import io.jvfio.platform.zpci.ZpciEvent;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.ErrorCode;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import io.jvfio.platform.zpci.spec.FunctionType;
import io.jvfio.platform.zpci.spec.GroupCapability;
import io.jvfio.platform.zpci.spec.PfipCapability;
import io.jvfio.platform.zpci.spec.UtilityString;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import java.util.List;

/** What is known of a function of IBM Z, for people and as JSON. Threads: stateless. */
final class ZpciFacts {
    private static final int HANDLE_BITS = 32;

    private ZpciFacts() {}

    static void add(Properties properties, Zpci zpci) {
        ZpciCapabilities all = zpci.capabilities();
        BaseCapability base = all.base();
        zpci.host().ifPresent(host -> addHost(properties, host));
        properties.add("handle", hasHandle(base) ? handle(base) + (base.enabled() ? ", enabled" : ", disabled") : null);
        properties.add("type", FunctionType.text(base.pft()) + " (" + Hex.of(base.pft()) + ")");
        properties.add("channel", Hex.of(base.pchid()));
        properties.add("virtual function", base.vfn() == 0 ? "no" : base.vfn());
        properties.add("group", Hex.of(base.gid()));
        properties.add("aperture", base.aperture());
        properties.add("measurements", base.fmbLength() == 0 ? "none" : base.fmbLength() + " bytes");
        GroupCapability group = all.group();
        if (group != null) {
            properties.add("vectors", "at most " + group.noi());
            properties.add("MSI address", Hex.of(group.msiAddress()));
            properties.add("store block", group.maxstbl() + " bytes, by the machine itself " + group.imaxstbl());
        }
        UtilityString util = all.util();
        properties.add("firmware says", util == null || util.isBlank() ? null : util);
        properties.add("path", all.pfip());
        properties.add("errors", errors(zpci));
    }

    private static void addHost(Properties properties, HostZpci host) {
        properties.add("function", Hex.of(host.functionId()));
        properties.add("user id", host.uid() == 0 ? "none" : Hex.of(host.uid()) + (host.uidUnique() ? ", unique" : ""));
        properties.number("port", host.port());
        properties.add("memory I/O instructions", host.mio() ? "in use" : "not in use");
    }

    private static String errors(Zpci zpci) {
        return (zpci.recordsErrors() ? "recorded" : "not recorded: the kernel is older than 7.3") + ", "
                + (zpci.signalsErrors() ? "signalled" : "not signalled: the function is none of PCI Express");
    }

    private static boolean hasHandle(BaseCapability base) {
        return base.version() >= BaseCapability.WITH_HANDLE;
    }

    private static String handle(BaseCapability base) {
        return Hex.ofBits(base.fh(), HANDLE_BITS);
    }

    static void write(Json json, Zpci zpci, List<ZpciEvent> events) {
        ZpciCapabilities all = zpci.capabilities();
        BaseCapability base = all.base();
        json.text("handle", hasHandle(base) ? handle(base) : null);
        json.flag("enabled", base.enabled());
        json.id("type", base.pft(), Byte.SIZE);
        json.text("typeName", FunctionType.text(base.pft()));
        json.id("channel", base.pchid(), Short.SIZE);
        json.number("virtualFunction", base.vfn());
        json.hex("apertureStart", base.startDma());
        json.hex("apertureLast", base.endDma());
        json.number("measurementBytes", base.fmbLength());
        json.id("group", base.gid(), Byte.SIZE);
        GroupCapability group = all.group();
        if (group != null) {
            json.object("limits", item -> {
                item.number("vectors", group.noi());
                item.hex("msiAddress", group.msiAddress());
                item.hex("addressMask", group.dasm());
                item.flag("refresh", (group.flags() & GroupCapability.REFRESH) != 0);
                item.number("measurementMillis", group.mui());
                item.number("storeBlock", group.maxstbl());
                item.number("machineStoreBlock", group.imaxstbl());
                item.number("version", group.pciVersion());
            });
        }
        UtilityString util = all.util();
        json.text("utility", util == null || util.isBlank() ? null : util.toString());
        PfipCapability pfip = all.pfip();
        json.text("path", pfip == null ? null : pfip.toString());
        zpci.host().ifPresent(host -> json.object("host", item -> host(item, host)));
        json.flag("errorsRecorded", zpci.recordsErrors());
        json.flag("errorsSignalled", zpci.signalsErrors());
        json.objects("errors", events, ZpciFacts::event);
    }

    private static void host(Json json, HostZpci host) {
        json.hex("function", Integer.toUnsignedLong(host.functionId()));
        json.text("userId", host.uid() == 0 ? null : Hex.of(host.uid()));
        json.flag("userIdUnique", host.uidUnique());
        json.numberOrNull("port", host.port());
        json.flag("mio", host.mio());
    }

    private static void event(Json json, ZpciEvent event) {
        ErrorRecord record = event.record();
        json.id("code", record.pec(), Short.SIZE);
        json.text("name", ErrorCode.text(record.pec()));
        json.hexBits("handle", record.fh(), HANDLE_BITS);
        json.hexBits("function", record.fid(), HANDLE_BITS);
        json.hex("address", record.faddr());
        json.text(
                "explanation", event.address() == null ? null : event.address().toString());
        json.flag("permanent", event.permanent());
        json.text("remedy", event.remedy());
    }
}
