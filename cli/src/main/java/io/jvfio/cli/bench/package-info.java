// SPDX-License-Identifier: Apache-2.0
/** {@code jvfio bench}: how fast jvfio is here, beside C. */
package io.jvfio.cli.bench;
