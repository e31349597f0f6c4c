// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Does to a fake sysfs what the kernel does when the attributes of SR-IOV are written. */
final class FakeSriov {
    private final FakeHost fake;
    private final Path directory;
    private final SystemCalls real = SystemCalls.linux();
    private final Map<Integer, Path> open = new ConcurrentHashMap<>();
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private final Map<Integer, Integer> refusals = new HashMap<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean held;
    private volatile boolean silent;
    private int count;

    FakeSriov(FakeHost fake, PciAddress physical, int total) {
        this.fake = fake;
        this.directory = fake.function(physical.toString(), "8086:10C9", "8086:0000", "20000");
        fake.driver(directory, "igb");
        FakeHost.file(directory.resolve("sriov_totalvfs"), total + "\n");
        FakeHost.file(directory.resolve("sriov_numvfs"), "0\n");
        FakeHost.file(directory.resolve("sriov_drivers_autoprobe"), "1\n");
    }

    Path directory() {
        return directory;
    }

    /** What was written with success. */
    List<String> writes() {
        return List.copyOf(writes);
    }

    /** From now on this number of virtual functions fails. */
    void refuse(int number, int errno) {
        refusals.put(number, errno);
    }

    /** Virtual functions are made but do not show. */
    void neverAppears() {
        silent = true;
    }

    /** Writes block. */
    void hold() {
        held = true;
    }

    void letGo() {
        released.countDown();
    }

    SystemCalls calls() {
        return (SystemCalls) Proxy.newProxyInstance(
                SystemCalls.class.getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write") && open.containsKey((Integer) arguments[0])) {
                        byte[] bytes = ((MemorySegment) arguments[1])
                                .asSlice(0, (long) arguments[2])
                                .toArray(ValueLayout.JAVA_BYTE);
                        Path attribute = open.get((Integer) arguments[0]);
                        int errno = write(attribute, new String(bytes, StandardCharsets.US_ASCII).strip());
                        return errno == 0 ? (long) bytes.length : (long) -errno;
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        if (method.getName().equals("open") && (int) result >= 0) {
                            open.put((Integer) result, Path.of((String) arguments[0]));
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private synchronized int write(Path attribute, String text) throws InterruptedException {
        if (held) {
            released.await();
        }
        String name = attribute.getFileName().toString();
        int number = Integer.parseInt(text);
        if (name.equals("sriov_numvfs")) {
            int errno = number != 0 && count != 0 ? Errno.EBUSY : refusals.getOrDefault(number, 0);
            if (errno != 0) {
                return errno;
            }
            change(number);
        }
        FakeHost.file(attribute, text + "\n");
        writes.add(name + "=" + text);
        return 0;
    }

    private void change(int number) {
        for (int i = 0; i < count; i++) {
            FakeHost.remove(fake.sys.resolve("bus/pci/devices/" + address(i)));
            FakeHost.remove(directory.resolve("virtfn" + i));
        }
        for (int i = 0; i < number && !silent; i++) {
            Path made = fake.function(address(i), "8086:10CA", "8086:0000", "20000");
            FakeHost.link(made.resolve("physfn"), directory);
            FakeHost.link(directory.resolve("virtfn" + i), made);
        }
        count = number;
    }

    private static String address(int index) {
        return "0000:01:10." + 2 * index;
    }
}
