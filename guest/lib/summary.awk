# SPDX-License-Identifier: Apache-2.0
#
# Sums up what LabResults wrote: a table per access mode, the tests that failed or were skipped with their reasons, what
# was running when the guest ended, and the totals. Ends with 1 if a test failed, none ran, or one of the access modes in
# "modes" has none that ran.

BEGIN {
    order_count = split(modes, order, " ")
    for (i = 1; i <= order_count; i++) {
        seen[order[i]] = 1
    }
}

$1 == "start" {
    running[$2 " > " $3]++
}

$1 == "end" {
    mode = $4
    if (!(mode in seen)) {
        seen[mode] = 1
        order[++order_count] = mode
    }
    count[mode, $5]++
    total[$5]++
    time[mode] += $6
    running[$2 " > " $3]--
    if ($5 != "passed") {
        notes[++note_count] = sprintf("%-7s [%s] %s > %s\n        %s", $5, mode, $2, $3, $7)
    }
}

END {
    printf "\n%-16s %7s %7s %8s %9s\n", "access mode", "passed", "failed", "skipped", "seconds"
    for (i = 1; i <= order_count; i++) {
        mode = order[i]
        printf "%-16s %7d %7d %8d %9.1f\n", mode, count[mode, "passed"], count[mode, "failed"], count[mode, "skipped"], \
            time[mode] / 1000
    }
    print ""
    for (i = 1; i <= note_count; i++) {
        print notes[i]
    }
    for (test in running) {
        if (running[test] > 0) {
            print "unfinished " test
            bad = 1
        }
    }
    for (i = 1; i <= order_count; i++) {
        mode = order[i]
        if (index(" " modes " ", " " mode " ") && count[mode, "passed"] + count[mode, "failed"] == 0) {
            print "no test ran in access mode " mode
            bad = 1
        }
    }
    if (total["passed"] + total["failed"] == 0) {
        print "no test ran"
        bad = 1
    }
    printf "%d passed, %d failed, %d skipped\n", total["passed"], total["failed"], total["skipped"]
    exit bad || total["failed"] > 0
}
