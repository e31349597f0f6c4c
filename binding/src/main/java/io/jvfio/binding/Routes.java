// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The routes and IPv6 addresses of a host ({@code /proc/net/route}, {@code ipv6_route} and {@code if_inet6}).
 *
 * <p>Threads: immutable.
 */
final class Routes {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final List<Route> routes;
    private final List<String> ipv6Interfaces;

    /** Where packets for a network go. */
    private record Route(String name, int bits, BigInteger network, int prefix) {
        boolean covers(BigInteger address, int addressBits) {
            return bits == addressBits && network.shiftRight(bits - prefix).equals(address.shiftRight(bits - prefix));
        }
    }

    private Routes(List<Route> routes, List<String> ipv6Interfaces) {
        this.routes = routes;
        this.ipv6Interfaces = ipv6Interfaces;
    }

    static Routes read(HostFiles files) {
        List<Route> routes = new ArrayList<>();
        files.textOrEmpty("/proc/net/route")
                .lines()
                .skip(1)
                .map(Routes::ipv4)
                .filter(Objects::nonNull)
                .forEach(routes::add);
        files.textOrEmpty("/proc/net/ipv6_route")
                .lines()
                .map(Routes::ipv6)
                .filter(Objects::nonNull)
                .forEach(routes::add);
        return new Routes(
                List.copyOf(routes),
                files.textOrEmpty("/proc/net/if_inet6")
                        .lines()
                        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                        .toList());
    }

    /** {@code eth0 00000000 0102A8C0 0003 0 0 100 00000000 0 0 0}: numbers as a little-endian CPU reads them. */
    private static @Nullable Route ipv4(String line) {
        String[] words = line.strip().split("\\s+", -1);
        try {
            boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
            int network = Integer.parseUnsignedInt(words[1], 16);
            int mask = Integer.parseUnsignedInt(words[7], 16);
            return new Route(
                    words[0],
                    IPV4_BITS,
                    BigInteger.valueOf(Integer.toUnsignedLong(little ? Integer.reverseBytes(network) : network)),
                    Integer.bitCount(mask));
        } catch (IndexOutOfBoundsException | NumberFormatException garbage) {
            return null;
        }
    }

    /** Network, its prefix in hexadecimal, six more fields, flags, and the interface. */
    private static @Nullable Route ipv6(String line) {
        String[] words = line.strip().split("\\s+", -1);
        try {
            return new Route(words[9], IPV6_BITS, new BigInteger(words[0], 16), Integer.parseInt(words[1], 16));
        } catch (IndexOutOfBoundsException | NumberFormatException garbage) {
            return null;
        }
    }

    /** What an interface is needed for. */
    List<String> uses(String name) {
        List<String> uses = new ArrayList<>();
        if (routes.stream().anyMatch(route -> route.name.equals(name) && route.prefix == 0)) {
            uses.add("has a default route");
        } else if (routes.stream().anyMatch(route -> route.name.equals(name) && route.bits == IPV4_BITS)) {
            uses.add("has IPv4 routes");
        }
        if (ipv6Interfaces.contains(name)) {
            uses.add("has an IPv6 address");
        }
        return uses;
    }

    /** The interface of the closest route to an address; null if there is none, or the text is no address. */
    @Nullable String to(String address) {
        int zone = address.indexOf('%');
        if (zone >= 0) {
            return address.substring(zone + 1);
        }
        byte[] bytes;
        try {
            bytes = InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
        BigInteger number = new BigInteger(HexFormat.of().formatHex(bytes), 16);
        Route best = null;
        for (Route route : routes) {
            if (!route.name.equals("lo")
                    && route.covers(number, bytes.length * Byte.SIZE)
                    && (best == null || route.prefix > best.prefix)) {
                best = route;
            }
        }
        return best == null ? null : best.name;
    }
}
