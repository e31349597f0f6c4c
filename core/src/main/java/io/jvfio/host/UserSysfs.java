// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads sysfs as this process, and judges nodes for another user: by owner, group and mode of the node and of the folders
 * above it. Access lists are not seen.
 *
 * <p>Threads: immutable.
 */
final class UserSysfs extends Sysfs {
    private static final int SEARCH = 1;
    private static final int READ_AND_WRITE = 6;
    private static final int OWNER = 6;
    private static final int GROUP = 3;
    private static final int OTHERS = 0;

    private final Path dev;
    private final HostUser user;

    UserSysfs(HostRoots roots, HostUser user) {
        super(roots.sys());
        this.dev = roots.dev();
        this.user = user;
    }

    @Override
    String who() {
        return "user " + user.name();
    }

    @Override
    boolean mayOpen(Path file) {
        for (@Nullable Path folder = file.getParent();
                folder != null && folder.startsWith(dev);
                folder = folder.getParent()) {
            if (!may(folder, SEARCH)) {
                return false;
            }
        }
        return may(file, READ_AND_WRITE);
    }

    private boolean may(Path file, int wanted) {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,gid,mode");
            if (user.root()) {
                return true;
            }
            int mode = number(attributes, "mode");
            int shift = Integer.toUnsignedLong(number(attributes, "uid")) == user.uid()
                    ? OWNER
                    : user.groups().contains(Integer.toUnsignedLong(number(attributes, "gid"))) ? GROUP : OTHERS;
            return (mode >> shift & wanted) == wanted;
        } catch (IOException | UnsupportedOperationException absent) {
            return false;
        }
    }

    private static int number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Integer number ? number : 0;
    }
}
