// SPDX-License-Identifier: Apache-2.0

/** Functions of IBM Z: the layer on invented ones. */
package io.jvfio.tests.zpci;
