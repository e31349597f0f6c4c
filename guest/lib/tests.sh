# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
lab_test() {
    die "test: not there yet"
}
