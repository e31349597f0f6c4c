// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqHeldException;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.SlowRegions;
import io.jvfio.iommu.IovaExhaustedException;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.RegionIoFds;
import io.jvfio.vfiouser.protocol.WriteMulti;
import java.util.List;

/**
 * Does a client's commands and makes the answers.
 *
 * <p>Threads: one at a time, but not always the same.
 */
final class Commands {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final ServedDevice served;
    private final ClientMemory memory;
    private final boolean addedRegions;
    private final boolean writeMultiple;
    private final boolean allAreas;
    private final RegionCommands regions;
    private final IrqCommands irqs;
    private final FeatureCommands features;
    private final SlowRegions slow;
    private final PostedWrites posted;

    /**
     * The commands of one client.
     *
     * @param agreed what the client can take
     */
    Commands(
            ServedDevice served, ClientMemory memory, Capabilities agreed, ServerOptions options, PostedWrites posted) {
        this.served = served;
        this.memory = memory;
        this.posted = posted;
        this.addedRegions = agreed.addedRegions();
        this.writeMultiple = agreed.writeMultiple();
        this.allAreas = addedRegions || options.areas() == ServerOptions.Areas.ALL;
        this.regions = new RegionCommands(
                served,
                served.regionCount(addedRegions),
                (int) Math.min(options.limits().dataSize(), agreed.maxTransfer()),
                options.readsAsOnes());
        this.irqs = new IrqCommands(served, memory.share());
        this.features = new FeatureCommands(served.device());
        this.slow = served.device().ability(SlowRegions.class).orElse(SlowRegions.NONE);
    }

    /** The device has nothing of the client any more. */
    void release() {
        irqs.release();
    }

    /**
     * Whether a command may take its time: it waits for the device, or makes or ends mappings. The others are register
     * accesses and questions, which end at once.
     */
    boolean isSlow(Message command) {
        Command known = Command.of(command.commandId());
        if (known == null) {
            return false;
        }
        return switch (known) {
            case DMA_MAP, DMA_UNMAP, DEVICE_SET_IRQS, DEVICE_RESET, DEVICE_FEATURE -> true;
            // A write to config space may reset the function, or wake it.
            case REGION_WRITE ->
                command.payloadSize() >= RegionAccess.SIZE && isSlowWrite(RegionAccess.region(command));
            case REGION_READ -> command.payloadSize() >= RegionAccess.SIZE && slow.slow(RegionAccess.region(command));
            case REGION_WRITE_MULTI -> writeMultiple && writesSlowly(command);
            default -> false;
        };
    }

    private boolean isSlowWrite(int region) {
        return served.isConfigSpace(region) || slow.slow(region);
    }

    private boolean writesSlowly(Message multiple) {
        for (int entry = 0; entry < WriteMulti.entries(multiple); entry++) {
            if (isSlowWrite(WriteMulti.region(multiple, entry))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the client has let the device sleep. */
    boolean lowPower() {
        return features.lowPower();
    }

    /**
     * Does a command, whatever it is, and makes the reply to it, which may be an error.
     *
     * @return descriptors that go with the reply, borrowed from the device
     */
    List<Fd> run(Message command, Message reply) {
        try {
            return dispatch(command, reply);
        } catch (VfioException e) {
            reply.fail(command, e.errno());
        } catch (IovaExhaustedException | IllegalArgumentException | IndexOutOfBoundsException e) {
            reply.fail(command, Errno.EINVAL);
        } catch (IrqHeldException e) {
            reply.fail(command, Errno.EBUSY);
        } catch (IllegalStateException e) {
            // The device is closed, or closing.
            reply.fail(command, Errno.ENODEV);
        } catch (RuntimeException | InternalError e) {
            // A defect of the device, or a fault on memory that the client has cut short. It is this command's alone.
            LOG.log(System.Logger.Level.WARNING, () -> command.name() + " of a vfio-user client failed", e);
            reply.fail(command, Errno.EIO);
        }
        return List.of();
    }

    private List<Fd> dispatch(Message command, Message reply) {
        command.checkFds();
        Command known = Command.of(command.commandId());
        if (known == null) {
            throw unknown(command);
        }
        switch (known) {
            case REGION_READ -> regions.read(command, reply);
            case REGION_WRITE -> regions.write(command, reply);
            case REGION_WRITE_MULTI -> {
                if (!writeMultiple) {
                    throw unknown(command);
                }
                regions.writeMulti(command, reply);
            }
            case DMA_MAP -> map(command, reply);
            case DMA_UNMAP -> {
                DmaUnmap unmap = DmaUnmap.read(command);
                if ((unmap.flags() & DmaUnmap.GET_DIRTY_BITMAP) != 0) {
                    throw command.invalid("dirty pages, which are not tracked");
                }
                memory.unmap(unmap);
                unmap.writeReply(reply, command);
            }
            case DEVICE_GET_INFO -> {
                int argsz = InfoMessages.deviceArgsz(command);
                InfoMessages.tellDevice(reply, command, argsz, served.info(addedRegions));
            }
            case DEVICE_GET_REGION_INFO -> {
                return regionInfo(command, reply);
            }
            case DEVICE_GET_REGION_IO_FDS -> {
                return ioFds(command, reply);
            }
            case DEVICE_GET_IRQ_INFO -> irqs.info(command, reply);
            case DEVICE_SET_IRQS -> irqs.set(command, reply);
            case DEVICE_RESET -> {
                served.device().reset();
                reply.beginReply(command, 0);
            }
            case DEVICE_FEATURE -> features.run(command, reply);
            case VERSION -> throw command.invalid("a second version");
            case MIG_DATA_READ, MIG_DATA_WRITE ->
                throw new VfioException(command.name(), Errno.ENOTTY, "migration", "the device cannot migrate");
            default -> throw unknown(command);
        }
        return List.of();
    }

    private void map(Message command, Message reply) {
        DmaMapRequest map = DmaMapRequest.read(command);
        memory.map(map, command.fdCount() == 0 ? null : command.takeFd(0));
        reply.beginReply(command, 0);
    }

    private List<Fd> regionInfo(Message command, Message reply) {
        int argsz = InfoMessages.regionArgsz(command);
        RegionInfo region = region(command, InfoMessages.regionIndex(command));
        RegionFile file = region.exists() ? served.file(region.index()) : null;
        RegionInfo told = served.describe(region, file, addedRegions, allAreas);
        boolean whole = InfoMessages.tellRegion(reply, command, argsz, told, file == null ? 0 : file.offset());
        return whole && file != null ? List.of(file.fd()) : List.of();
    }

    private List<Fd> ioFds(Message command, Message reply) {
        int argsz = RegionIoFds.readRequest(command);
        RegionInfo region = region(command, RegionIoFds.requestedIndex(command));
        if (!region.readable() && !region.writable()) {
            throw command.invalid("region " + region.index() + ", which cannot be accessed");
        }
        PostedWrites.Offer offer = posted.offer(region.index());
        return offer.told().writeReply(reply, command, argsz) ? offer.fds() : List.of();
    }

    private RegionInfo region(Message command, int index) {
        if (index < 0 || index >= served.regionCount(addedRegions)) {
            throw command.invalid("region " + Integer.toUnsignedString(index));
        }
        return served.region(index);
    }

    private static VfioException unknown(Message command) {
        return new VfioException(command.name(), Errno.ENOSYS, "command " + command.commandId(), "it is not served");
    }
}
