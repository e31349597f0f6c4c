// SPDX-License-Identifier: Apache-2.0
/** The programs that README and the guides quote, where nothing else has them, and that they are quoted as they are. */
package io.jvfio.tests.docs;
