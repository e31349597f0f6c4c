// SPDX-License-Identifier: Apache-2.0
/** Tests written once that every carrier and every driver can be run against. */
package io.jvfio.testkit;
