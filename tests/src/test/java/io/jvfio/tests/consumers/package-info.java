// SPDX-License-Identifier: Apache-2.0
/** Projects of others, as they meet jvfio: those in {@code consumers/} are built outside of this build, and run. */
package io.jvfio.tests.consumers;
