/* What a bench program says: lines "figure[/peer] value unit". */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

#include "tests/lib/hist.h"

void report(
    const char *figure, const char *peer, double value, const char *unit);
/* NAME.p50@RATE, .p90, .p99, .max, in ms. */
void report_latency(
    const char *name, const char *peer, uint64_t rate, const struct hist *h);

NORETURN void die(const char *what, const char *why);
/* Memory that children share with their parent, all zero; never freed. */
void *shared_new(size_t n);

#endif
