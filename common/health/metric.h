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
/* A family of one row without labels. */
void metric_one(struct buf *out, const char *name, enum metric_kind kind,
    const char *help, int64_t n);
void metric_one_milli(
    struct buf *out, const char *name, const char *help, int64_t n);

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

/*
 * How often each of a set of words came, as refusals by code.  The words are
 * ours; should they ever be more than fit, the rest are counted as "other".
 */
#define METRIC_WORDS 160
#define METRIC_WORD 32
struct metric_words {
	struct {
		char word[METRIC_WORD];
		int64_t n;
	} row[METRIC_WORDS];
	size_t n_rows;
};
/* N may be 0: a rate can only be seen of what was there before. */
void metric_word(struct metric_words *w, const char *word, int64_t n);
void metric_words(struct buf *out, const char *name, const char *help,
    const char *label, const struct metric_words *w);

/*
 * What a database said no with, by SQLSTATE.  WHY is the text of an error
 * that common/db made: it begins with one, or the connection was lost.
 */
#define METRIC_DISK_FULL "53100"
void metric_database_error(struct metric_words *w, const char *why);

/* Memory, descriptors, processor time and start of this process. */
void metric_process(struct buf *out, const char *service, int64_t started_ms);
/* Whether the database can be asked, and what it said no with. */
void metric_database(
    struct buf *out, bool up, const struct metric_words *errors);

#endif
