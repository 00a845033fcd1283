/*
 * huying top: units, calls and limits as they are now, again and again.
 * What is read (top_read.c) and how it is drawn (top_draw.c, pure) are apart
 * from the terminal (top.c).
 */
#ifndef CLI_TOP_H
#define CLI_TOP_H

#include "cli/names.h"
#include "cli/print.h"

#define TOP_UNITS_MAX 1000
#define TOP_CALLS_MAX 200
#define TOP_LIMITS_MAX 400

struct top_unit {
	struct str code;
	struct str name;
	int64_t open;    /* tasks */
	int64_t soon;    /* limits that were warned of */
	int64_t overdue; /* limits that have run out, and it is not done */
	int64_t calls;   /* that it is asked to */
	int64_t here;    /* ... and is there */
	int64_t next;    /* end of its next limit; 0: none runs */
	int64_t card;    /* 1 red ... 4 blue; 0: none */
};

struct top_call {
	struct str id;
	struct str class;
	struct str state;
	struct str room; /* who calls */
	struct str main; /* who leads */
	int64_t raised_at;
	int64_t asked; /* departments */
	int64_t here;
	int64_t by; /* the next of them to be there; 0: all are */
};

struct top_limit {
	struct str thing;
	struct str name;
	struct str unit; /* empty: nobody's */
	int64_t due;
	bool over;
};

struct top_data {
	int64_t now;
	bool sandbox;
	int64_t head;
	int64_t running; /* processes that give a sign of life, by name */
	int64_t lag;     /* events, of the service that is furthest behind */
	int64_t parked;
	int64_t n_packs;
	struct top_unit units[TOP_UNITS_MAX];
	size_t n_units;
	struct top_call calls[TOP_CALLS_MAX];
	size_t n_calls;
	struct top_limit limits[TOP_LIMITS_MAX];
	size_t n_limits;
	int64_t per_minute; /* events; -1: not known yet */
};

enum top_sort {
	TOP_BY_OVERDUE,
	TOP_BY_DUE,
	TOP_BY_WORK,
	TOP_BY_CALLS,
	TOP_BY_NAME,
};
/* "overdue|due|work|calls|name", in the order of enum top_sort. */
extern const char *const top_sorts[5];

enum top_part {
	TOP_ALL,
	TOP_UNITS,
	TOP_CALLS,
	TOP_LIMITS,
};

struct top_view {
	size_t width;  /* columns; 0: no end */
	size_t height; /* lines; 0: ROWS of each part */
	size_t rows;
	enum top_sort sort;
	bool reverse;
	enum top_part part;
	bool colour;
	bool stopped; /* it does not look again by itself */
};

/* Prepare once; texts live in ARENA, which is reset first. */
enum rc top_prepare(struct db *db, struct err *e) MUST_CHECK;
enum rc top_read(struct names *names, struct str division, struct arena *arena,
    struct top_data *d, struct err *e) MUST_CHECK;

void top_order(struct top_data *d, enum top_sort sort, bool reverse);
/*
 * Shares LINES among parts that want so many each; whoever wants less leaves
 * the rest to the others.
 */
void top_share(size_t lines, const size_t want[3], size_t got[3]);
/* LINE_END is "\n", or what also clears the rest of a screen's line. */
void top_draw(const struct top_data *d, const struct top_view *v,
    const char *line_end, struct buf *out);
void top_json(const struct top_data *d, struct buf *out);

#endif
