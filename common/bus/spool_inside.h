/* Inside the spool: what its files share. */
#ifndef BUS_SPOOL_INSIDE_H
#define BUS_SPOOL_INSIDE_H

#include "common/bus/segment.h"
#include "common/bus/spool.h"

_Static_assert(SPOOL_SPAN == SEGMENT_SPAN, "settled events are one bitmap");

#define PIECE_NAME 32

/* One file events-N. */
struct piece {
	int64_t first; /* N */
	int64_t bytes;
};

struct spool {
	char *path;
	int dir;
	int lock;
	int refused;
	int64_t refused_bytes;
	int64_t max_bytes;
	int64_t piece_bytes; /* a file of this size is followed by another */
	unsigned char key[SPOOL_KEY_LEN];
	bool has_key;
	bool failed; /* what is on disk is not known any more */

	struct piece *pieces; /* by first; the last one is written to */
	size_t n_pieces;
	size_t pieces_cap;
	struct segment tail; /* the last piece */
	int64_t synced;      /* bytes of it that are on disk */
	int64_t last;        /* the last event */
	int64_t low;         /* the oldest unsettled one */
	unsigned char settled[SPOOL_SPAN / 8]; /* N at bit N % SPAN */
	int64_t n_settled;                     /* bits that are set */

	struct segment head; /* the piece that is read */
	int64_t at;          /* how far */
	int64_t next;        /* no event below it is handed out any more */
};

/* spool_open.c */
const char *spool_piece_name(int64_t first, char name[PIECE_NAME]);
void spool_add_piece(struct spool *s, int64_t first, int64_t bytes);
/* RC_REJECT: it has no sound beginning. */
enum rc spool_open_piece(struct spool *s, int64_t first, struct segment *piece,
    struct err *e) MUST_CHECK;
/* Takes the Ith piece out: it cannot be read. */
void spool_set_aside(struct spool *s, size_t i);
/* Keeps a copy of the piece FIRST, in which the disk has lost something. */
void spool_keep_damaged(struct spool *s, int64_t first);

/* spool.c: N is settled; false when it was before. */
bool spool_mark(struct spool *s, int64_t n);

/* spool_refused.c */
enum rc spool_open_refused(struct spool *s, struct err *e) MUST_CHECK;
void spool_read_key(struct spool *s);

#endif
