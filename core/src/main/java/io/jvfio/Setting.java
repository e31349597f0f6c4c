// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

/**
 * Something about a context that is not as usual, for {@link Vfio#create}. Who offers a setting makes it: the test kit's
 * {@code FaultySystemCalls}, for one, makes system calls fail.
 *
 * <p>Threads: immutable.
 */
public interface Setting {}
