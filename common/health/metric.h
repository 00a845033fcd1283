/* Metrics as Prometheus reads them (text format 0.0.4). */
#ifndef HEALTH_METRIC_H
#define HEALTH_METRIC_H

#include "common/base/buf.h"

/* HELP and TYPE of a family; its rows follow. */
enum metric_kind {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM
};
void metric_family(
    struct buf *out, const char *name, enum metric_kind kind, const char *help);
/* One row; LABEL and its VALUE may be NULL. */
void metric_i64(struct buf *out, const char *name, const char *label,
    const char *value, int64_t n);
/* N thousandths: times in seconds are kept in ms. */
void metric_milli(struct buf *out, const char *name, const char *label,
    const char *value, int64_t n);

/* How long something took, in ms, by bucket. */
#define METRIC_BUCKETS 12
struct metric_times {
	int64_t n[METRIC_BUCKETS + 1];
	int64_t sum_ms;
};
void metric_took(struct metric_times *t, int64_t ms);
/* The family's rows: NAME_bucket, NAME_sum, NAME_count. */
void metric_times(struct buf *out, const char *name, const char *help,
    const struct metric_times *t);

/* Memory, descriptors, processor time and start of this process. */
void metric_process(struct buf *out, const char *service);

#endif
