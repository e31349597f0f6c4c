// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.VfioIrqSet;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IrqSetsTest {
    private static final IrqOwner OWNER = IrqOwner.of("a test");

    private final List<VfioIrqSet> made = new ArrayList<>();
    private int answer;
    private final Descriptor device = Descriptor.open(pretending(), "/dev/null", Abi.O_RDWR);

    @AfterEach
    void close() {
        device.close();
    }

    /** The real system calls, but for the ioctl. */
    private SystemCalls pretending() {
        SystemCalls real = SystemCalls.linux();
        return (SystemCalls) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SystemCalls.class}, (proxy, called, arguments) -> {
                    if (called.getName().equals("ioctl") && arguments[2] instanceof MemorySegment argument) {
                        made.add(VfioIrqSet.STRUCT.read(argument));
                        return answer;
                    }
                    try {
                        return called.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private int set(IrqRequest request) {
        return IrqSets.set(device, request, "0000:00:04.0");
    }

    @Test
    void an_index_that_is_off_already_can_be_disabled_by_whoever_asks() {
        answer = -Errno.EINVAL;
        assertThat(set(IrqRequest.disable(2))).isZero();
        assertThat(set(IrqRequest.disable(2).by(OWNER))).isZero();
        assertThat(made).hasSize(2).allSatisfy(each -> assertThat(each.count()).isZero());
    }

    @Test
    void another_request_that_the_kernel_refuses_fails() {
        answer = -Errno.EINVAL;
        assertThatThrownBy(() -> set(IrqRequest.trigger(2, 0, 1).by(OWNER)))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("irq index 2 of 0000:00:04.0");
        answer = -Errno.EBUSY;
        assertThatThrownBy(() -> set(IrqRequest.disable(2).by(OWNER))).hasMessageContaining("EBUSY");
    }
}
