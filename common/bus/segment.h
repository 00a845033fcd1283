/*
 * One file of a spool: records one behind the other, each with a keyed
 * digest.  A record that is damaged, by a torn write or by the disk, is not
 * there; those around it are.
 */
#ifndef BUS_SEGMENT_H
#define BUS_SEGMENT_H

#include "common/base/buf.h"

/* How far apart settled and unsettled events may lie. */
#define SEGMENT_SPAN 1024
#define SEGMENT_SALT 16
/* Where the first event stands. */
#define SEGMENT_START 384

/* What was true when the file was begun; stands in it twice. */
struct segment_begin {
	int64_t first; /* number of its first event */
	int64_t low;   /* every event below it is settled, */
	unsigned char settled[SEGMENT_SPAN / 8]; /* and N, bit N % SPAN */
	unsigned char salt[SEGMENT_SALT];
};

enum segment_type {
	SEGMENT_BEGIN,
	SEGMENT_EVENT,
	SEGMENT_SETTLED, /* a final answer came for event N */
};

struct segment_record {
	enum segment_type type;
	int64_t n;
	struct str envelope; /* borrowed from the segment until the next read */
	struct str part;     /* sealed; empty: none */
};

struct segment {
	int fd;
	int64_t size; /* bytes that are records, or between records */
	struct segment_begin begin;
	unsigned char *room; /* for one record */
};

/* Makes file NAME in DIR, with BEGIN in it, on disk when this returns. */
enum rc segment_create(struct segment *s, int dir, const char *name,
    const struct segment_begin *begin, struct err *e) MUST_CHECK;
/* RC_REJECT: neither copy of its beginning is sound. */
enum rc segment_open(
    struct segment *s, int dir, const char *name, struct err *e) MUST_CHECK;
void segment_close(struct segment *s);

/* Bytes that R takes. */
int64_t segment_cost(const struct segment_record *r);
/* At the end; RC_RETRY leaves the file as it was (the disk is full). */
enum rc segment_append(struct segment *s, const struct segment_record *r,
    struct err *e) MUST_CHECK;
enum rc segment_sync(struct segment *s, struct err *e) MUST_CHECK;
/* Ends the file at AT. */
enum rc segment_cut(struct segment *s, int64_t at, struct err *e) MUST_CHECK;

/*
 * The first sound record at or behind *AT, which begins at SEGMENT_START,
 * and before END; *AT moves behind it.  *SKIPPED is raised by the bytes in
 * between, which are damaged.  RC_GONE: none; *AT stays.
 */
enum rc segment_read(struct segment *s, int64_t *at, int64_t end,
    struct segment_record *r, int64_t *skipped, struct err *e) MUST_CHECK;

#endif
