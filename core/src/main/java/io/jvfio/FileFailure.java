// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import java.util.Objects;

/**
 * Failures of files, which Java tells by classes and in the words of the C library, as those of system calls.
 *
 * <p>Threads: pure functions.
 */
public final class FileFailure {
    private static final Map<Class<?>, Integer> BY_CLASS = Map.of(
            NoSuchFileException.class, Errno.ENOENT,
            AccessDeniedException.class, Errno.EACCES,
            FileAlreadyExistsException.class, Errno.EEXIST,
            NotDirectoryException.class, Errno.ENOTDIR,
            DirectoryNotEmptyException.class, Errno.ENOTEMPTY);

    /** What {@code strerror} says in English; in another language only the text is known. */
    private static final Map<String, Integer> BY_TEXT = Map.ofEntries(
            Map.entry("Operation not permitted", Errno.EPERM),
            Map.entry("No such file or directory", Errno.ENOENT),
            Map.entry("Permission denied", Errno.EACCES),
            Map.entry("Input/output error", Errno.EIO),
            Map.entry("File exists", Errno.EEXIST),
            Map.entry("Device or resource busy", Errno.EBUSY),
            Map.entry("Invalid cross-device link", Errno.EXDEV),
            Map.entry("Not a directory", Errno.ENOTDIR),
            Map.entry("Is a directory", Errno.EISDIR),
            Map.entry("Invalid argument", Errno.EINVAL),
            Map.entry("Too many open files", Errno.EMFILE),
            Map.entry("File too large", Errno.EFBIG),
            Map.entry("No space left on device", Errno.ENOSPC),
            Map.entry("Read-only file system", Errno.EROFS),
            Map.entry("Broken pipe", Errno.EPIPE),
            Map.entry("File name too long", Errno.ENAMETOOLONG),
            Map.entry("Too many levels of symbolic links", Errno.ELOOP),
            Map.entry("Disk quota exceeded", Errno.EDQUOT));

    private static final Map<Integer, String> REMEDIES = Map.ofEntries(
            Map.entry(Errno.EPERM, "this file system or this process does not allow it"),
            Map.entry(Errno.ENOENT, "there is no such file, or a folder on the way to it is missing"),
            Map.entry(
                    Errno.EACCES,
                    "this user may not do that: look at the permissions of the file and of the folders above it"),
            Map.entry(Errno.EIO, "the device below the file system has failed, see the kernel's log"),
            Map.entry(Errno.EEXIST, "it is there already, and nothing is overwritten: remove it or take another name"),
            Map.entry(Errno.ENOTDIR, "a part of its path is no folder"),
            Map.entry(Errno.EISDIR, "it is a folder"),
            Map.entry(Errno.EMFILE, "this process has as many open files as it may: raise \"ulimit -n\""),
            Map.entry(Errno.EFBIG, "it is larger than the limit of this process (\"ulimit -f\") or of the file system"),
            Map.entry(Errno.ENOSPC, "the file system is full"),
            Map.entry(Errno.EROFS, "the file system is mounted read-only"),
            Map.entry(Errno.EPIPE, "whoever read it has ended"),
            Map.entry(Errno.ENAMETOOLONG, "a name may have 255 bytes, a path 4095"),
            Map.entry(Errno.ELOOP, "its symbolic links go round"),
            Map.entry(Errno.EDQUOT, "this user has no room left on the file system"));

    private FileFailure() {}

    /**
     * The errno of a failure.
     *
     * @return 0 if Java does not tell
     */
    public static int errno(IOException failure) {
        Integer known = BY_CLASS.get(failure.getClass());
        if (known != null) {
            return known;
        }
        String text = reason(failure);
        return BY_TEXT.entrySet().stream()
                .filter(each -> text.equals(each.getKey())
                        || text.startsWith(each.getKey() + " ")
                        || text.endsWith("(" + each.getKey() + ")"))
                .mapToInt(Map.Entry::getValue)
                .findFirst()
                .orElse(0);
    }

    /**
     * A failure as that of a system call, with a remedy.
     *
     * @param call what was tried: {@code open}, {@code read}, {@code write}
     * @param file the file, or what else it is about
     * @return the exception to throw; with EIO and Java's text if Java does not tell the errno
     */
    public static VfioException of(String call, Object file, IOException failure) {
        int errno = errno(failure);
        String remedy = REMEDIES.getOrDefault(errno, reason(failure));
        VfioException told = new VfioException(call, errno == 0 ? Errno.EIO : errno, file.toString(), remedy);
        told.initCause(failure);
        return told;
    }

    /** What the C library said, without the name of the file. */
    private static String reason(IOException failure) {
        if (failure instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason();
        }
        return Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
    }
}
