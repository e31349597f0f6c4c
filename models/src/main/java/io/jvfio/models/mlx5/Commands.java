// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import static io.jvfio.vendor.mlx.spec.Opcode.*;

import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.EqContext;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.SqContext;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which commands there are: in which state of the function, with how much input and output, and what does them.
 *
 * <p>Threads: one at a time.
 */
final class Commands {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final int SHORT_OUT = 12;
    private static final int TIS_IN = 192;
    private static final int CAPABILITIES_IN = CommandWords.CAPABILITIES_AT + 256;

    private static final Set<Hca.State> OFF = EnumSet.of(Hca.State.OFF);
    private static final Set<Hca.State> ENABLED = EnumSet.of(Hca.State.ENABLED);
    private static final Set<Hca.State> RUNNING = EnumSet.of(Hca.State.RUNNING);
    private static final Set<Hca.State> ON = EnumSet.of(Hca.State.ENABLED, Hca.State.RUNNING);

    private record Command(Set<Hca.State> states, int input, int output, Consumer<Call> action) {}

    private final Map<Integer, Command> all = new HashMap<>();
    private final Hca hca;

    Commands(Hca hca, SystemCommands system, Capabilities capabilities, QueueCommands queues, ObjectCommands objects) {
        this.hca = hca;
        system(system, capabilities);
        queues(queues);
        objects(objects);
    }

    private void system(SystemCommands system, Capabilities capabilities) {
        add(ENABLE_HCA, OFF, 12, SHORT_OUT, system::enable);
        add(DISABLE_HCA, ENABLED, 12, SHORT_OUT, system::disable);
        add(INIT_HCA, ENABLED, 16, 16, system::init);
        add(TEARDOWN_HCA, RUNNING, 16, 16, system::teardown);
        add(QUERY_PAGES, ON, 16, 16, system::queryPages);
        add(MANAGE_PAGES, ON, 16, 16, system::managePages);
        add(QUERY_ISSI, ON, 8, 16, system::queryIssi);
        add(SET_ISSI, ENABLED, 16, 16, system::setIssi);
        add(QUERY_HCA_CAP, ON, 16, 16, capabilities::query);
        add(SET_HCA_CAP, ENABLED, CAPABILITIES_IN, 16, capabilities::set);
        add(QUERY_ADAPTER, ON, 16, 16, system::queryAdapter);
        add(SET_DRIVER_VERSION, ON, 16, 16, call -> {});
        add(ACCESS_REG, ON, 16, 16, system::accessRegister);
        add(QUERY_SPECIAL_CONTEXTS, RUNNING, 8, 16, system::specialContexts);
        add(QUERY_VPORT_STATE, RUNNING, 16, 16, system::vportState);
        add(MODIFY_VPORT_STATE, RUNNING, 16, 16, call -> {});
        add(QUERY_NIC_VPORT_CONTEXT, RUNNING, 16, 16, system::queryContext);
        add(MODIFY_NIC_VPORT_CONTEXT, RUNNING, 512, 16, system::modifyContext);
        add(NOP, ON, 8, 8, call -> {});
    }

    private void queues(QueueCommands queues) {
        add(CREATE_EQ, RUNNING, EqContext.PAGES_AT, 16, queues::createEq);
        add(DESTROY_EQ, RUNNING, 16, 16, queues::destroyEq);
        add(QUERY_EQ, RUNNING, 16, EqContext.PAGES_AT, queues::queryEq);
        add(GEN_EQE, RUNNING, 80, 16, queues::generateEvent);
        add(CREATE_CQ, RUNNING, EqContext.PAGES_AT, 16, queues::createCq);
        add(MODIFY_CQ, RUNNING, SqContext.PAGES_AT, 16, queues::modifyCq);
        add(DESTROY_CQ, RUNNING, 16, 16, queues::destroyCq);
        add(QUERY_CQ, RUNNING, 16, EqContext.PAGES_AT, queues::queryCq);
        add(CREATE_SQ, RUNNING, SqContext.PAGES_AT, 16, queues::createSq);
        add(MODIFY_SQ, RUNNING, SqContext.PAGES_AT, 16, queues::modifySq);
        add(DESTROY_SQ, RUNNING, 16, 16, queues::destroySq);
        add(QUERY_SQ, RUNNING, 16, SqContext.PAGES_AT, queues::querySq);
    }

    private void objects(ObjectCommands objects) {
        add(ALLOC_UAR, RUNNING, 16, 16, objects::allocUar);
        add(DEALLOC_UAR, RUNNING, 16, 16, objects::freeUar);
        add(ALLOC_PD, RUNNING, 16, 16, objects::allocPd);
        add(DEALLOC_PD, RUNNING, 16, 16, objects::freePd);
        add(ALLOC_TRANSPORT_DOMAIN, RUNNING, 16, 16, objects::allocTransportDomain);
        add(DEALLOC_TRANSPORT_DOMAIN, RUNNING, 16, 16, objects::freeTransportDomain);
        add(CREATE_MKEY, RUNNING, SqContext.PAGES_AT, 16, objects::createKey);
        add(DESTROY_MKEY, RUNNING, 16, 16, objects::destroyKey);
        add(CREATE_TIS, RUNNING, TIS_IN, 16, objects::createTransport);
        add(DESTROY_TIS, RUNNING, 16, 16, objects::destroyTransport);
        add(CREATE_UMEM, RUNNING, CommandWords.UMEM_PAGES_AT, 16, objects::createUmem);
        add(DESTROY_UMEM, RUNNING, 16, 16, objects::destroyUmem);
    }

    private void add(Opcode opcode, Set<Hca.State> states, int input, int output, Consumer<Call> action) {
        all.put(opcode.code(), new Command(states, input, output, action));
    }

    /** Does a command. Whatever comes of it, the call has an answer. */
    void run(Call call) {
        try {
            check(all.get(call.opcode()), call).action.accept(call);
        } catch (Refusal refusal) {
            call.fail(refusal.status(), refusal.syndrome());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "model:mlx5 fails at " + Opcode.text(call.opcode()), e);
            call.fail(CommandStatus.INTERNAL, 0x7000);
        }
    }

    private Command check(@Nullable Command command, Call call) {
        if (command == null) {
            throw new Refusal(CommandStatus.BAD_OPERATION, 0x7001);
        }
        Refusal.unless(call.inputLength() >= command.input, CommandStatus.BAD_INPUT_LENGTH, 0x7002);
        Refusal.unless(call.outputLength() >= command.output, CommandStatus.BAD_OUTPUT_LENGTH, 0x7003);
        Refusal.unless(command.states.contains(hca.state()), CommandStatus.BAD_SYSTEM_STATE, 0x7004);
        return command;
    }
}
