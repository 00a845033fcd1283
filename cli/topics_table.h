/* What each type of event has been doing, as a table (pure). */
#ifndef CLI_TOPICS_TABLE_H
#define CLI_TOPICS_TABLE_H

#include "common/base/buf.h"

#define TOPICS_MAX 512
#define TOPICS_TYPE_BYTES 65
#define TOPICS_SPAN_S 10 /* a rate is that of the last seconds */

struct topic_row {
	char type[TOPICS_TYPE_BYTES];
	int64_t n;
	int64_t last_seq;
	int64_t last_ms; /* when it came */
	int64_t holes;   /* where the feed lost some */
	/* How many came in a second, by second modulo the span. */
	int64_t at_s[TOPICS_SPAN_S];
	int64_t n_s[TOPICS_SPAN_S];
};

struct topics {
	struct topic_row rows[TOPICS_MAX];
	size_t n;
	int64_t began_ms;
};

void topics_begin(struct topics *t, int64_t now_ms);
void topics_saw(struct topics *t, struct str type, int64_t seq, int64_t now_ms);
/* TYPE may be empty: of several, perhaps. */
void topics_lost(struct topics *t, struct str type);
/* Events a second, in tenths; over less than the span at first. */
int64_t topics_rate(
    const struct topics *t, const struct topic_row *r, int64_t now_ms);

/* Orders the rows: most first. */
void topics_sort(struct topics *t);
/* A heading and at most TOP rows, as they are sorted; 0: all. */
void topics_put(
    const struct topics *t, size_t top, int64_t now_ms, struct buf *out);
/* The same rows, one JSON object a line. */
void topics_put_json(
    const struct topics *t, size_t top, int64_t now_ms, struct buf *out);

#endif
