// SPDX-License-Identifier: Apache-2.0

/** {@code jvfio zpci}: functions of IBM Z. */
package io.jvfio.cli.zpci;
