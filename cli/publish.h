/*
 * Inside huying publish: one event on its way, and what became of all.
 * Whatever goes over the bus goes through libhuying, as anybody's would.
 */
#ifndef CLI_PUBLISH_H
#define CLI_PUBLISH_H

#include "cli/cli.h"
#include "common/base/arena.h"
#include "common/msg/envelope.h"
#include "include/huying.h"

/* Why an event goes nowhere, said as the bus would say it. */
struct refusal {
	char code[40];
	char field[96];
	char reason[512];
};

/* An event that is ready to go. */
struct parcel_out {
	struct buf envelope; /* msgpack */
	struct huying_person person;
	bool with_person;    /* PERSON goes along, sealed */
	struct arena *arena; /* of its texts */
	char id[129];
	char type[65];
	struct refusal why; /* it is none */
};
void parcel_out_init(struct parcel_out *p);
void parcel_out_fini(struct parcel_out *p);
/* PLAIN's texts go along. */
void parcel_out_add(
    struct parcel_out *p, const struct msg_sealed_report *plain);

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

/* publish_build.c: RC_REJECT when it cannot even be written down. */
enum rc publish_build(
    const struct wanted *w, struct parcel_out *out, struct err *e) MUST_CHECK;
/*
 * publish_line.c: from a line of CloudEvents JSON, perhaps with a member
 * "sealedpart", as far as it must be read to be sent.  RC_REJECT with
 * OUT->why.
 */
enum rc publish_line(struct str line, struct parcel_out *out) MUST_CHECK;
enum rc publish_refuse(struct parcel_out *out, const char *code,
    const char *field, struct str why);

/* publish_tell.c */
#define TALLY_CODES 16
struct tally {
	int64_t stored;
	int64_t duplicate;
	int64_t refused;
	int64_t unknown;
	int64_t spooled; /* still in the spool at the end */
	int64_t began_ms;
	bool json;
	/* Why they were refused; what does not fit is not told by code. */
	struct {
		char code[40];
		int64_t n;
	} codes[TALLY_CODES];
	size_t n_codes;
};
/* One more refused for CODE. */
void tally_code(struct tally *t, const char *code);
/* ": CODE n, CODE n", the most frequent first. */
void tally_codes(struct tally *t, struct buf *out);
/* One line on stdout, and the tally.  LINE of the file; 0: none. */
void publish_tell(
    struct tally *t, const struct huying_outcome *o, int64_t line);
/* An event that has no outcome yet. */
void publish_tell_spooled(struct tally *t, const char *id, const char *type);
/* The summary on stderr; returns the exit code. */
int publish_sum_up(struct tally *t);

/* publish_wait.c: waits for what events that are stored lead to. */
struct awaited {
	const char *pattern; /* of the type; NULL: nothing is awaited */
	int64_t timeout_ms;
	bool json;
	struct awaited_event *events;
	size_t n, cap;
	int64_t first; /* the lowest seq of what was stored; 0: nothing */
};
void awaited_add(struct awaited *a, const struct huying_outcome *o);
void awaited_fini(struct awaited *a);
/* There are some.  Each fact on stdout, what did not come on stderr. */
int publish_wait(const struct conf *c, const char *dsn, struct awaited *a);

/*
 * publish_file.c: RATE 0: as fast as the bus takes them.  With a spool, at
 * the end SPOOL_MS for outcomes; 0: there is none.  Exit code.
 */
int publish_file(struct huying_publisher *p, const char *path, int64_t rate,
    int64_t spool_ms, struct tally *t, struct awaited *a);

#endif
