/* Inside huying publish: one event on its way, and what became of all. */
#ifndef CLI_PUBLISH_H
#define CLI_PUBLISH_H

#include "cli/cli.h"
#include "common/bus/publish.h"

/* An event that is ready to go. */
struct parcel_out {
	struct buf envelope; /* msgpack */
	struct buf box;      /* sealed; empty: nothing comes along */
	char id[OUTCOME_ID];
	char type[OUTCOME_TYPE];
	int64_t line; /* of the file; 0: from the command line */
};
void parcel_out_init(struct parcel_out *p);
void parcel_out_fini(struct parcel_out *p);

/* What one field=value list asks for. */
struct wanted {
	const char *type;
	const char **fields; /* "channel=grid" */
	size_t n_fields;
	const char **sealed; /* "phone=..."; entries may be NULL */
	size_t n_sealed;
	const char *id;
	const char *source;
	const char *subject;
	const char *division;
};

/*
 * publish_build.c: RC_REJECT when it cannot even be written down, or when
 * there is no key to seal with.
 */
enum rc publish_build(struct publisher *p, const struct wanted *w,
    struct parcel_out *out, struct err *e) MUST_CHECK;
/*
 * publish_line.c: from a line of CloudEvents JSON, perhaps with a member
 * "sealedpart".  RC_REJECT with what is wrong in OUTCOME, as the bus would
 * tell it.
 */
enum rc publish_line(struct publisher *p, struct str line,
    struct parcel_out *out, struct outcome *outcome) MUST_CHECK;

/* Puts BOX's digest where the envelope holds it. */
enum rc publish_seal(struct publisher *p, const struct msg_sealed_report *plain,
    struct buf *box, char hex[65], struct err *e) MUST_CHECK;

/* publish_tell.c */
struct tally {
	int64_t stored;
	int64_t duplicate;
	int64_t refused;
	int64_t unknown;
	int64_t spooled; /* still in the spool at the end */
	int64_t began_ms;
	bool json;
};
/* One line on stdout, and the tally.  LINE of the file; 0: none. */
void publish_tell(struct tally *t, const struct outcome *o, int64_t line);
/* An event that has no outcome yet. */
void publish_tell_spooled(struct tally *t, const char *id, const char *type);
/* The summary on stderr; returns the exit code. */
int publish_sum_up(const struct tally *t);

/*
 * publish_file.c: RATE 0: as fast as the bus takes them.  With a spool, at
 * the end SPOOL_MS for outcomes; 0: there is none.  Exit code.
 */
int publish_file(struct publisher *p, const char *path, int64_t rate,
    int64_t spool_ms, struct tally *t);

/* publish_wait.c: waits for what EVENT, stored as SEQ, leads to. */
struct awaited {
	const char *pattern; /* of the type */
	int64_t timeout_ms;
	const char *id; /* of the event */
	int64_t seq;
	bool json;
};
int publish_wait(
    const struct conf *c, const char *dsn, const struct awaited *a);

#endif
