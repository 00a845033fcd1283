/*
 * huying doctor: findings, each with what to do about it.  What a figure
 * means is decided by pure functions, which tests call; the rest looks.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"
#include "services/intake/vault_keys.h"

enum finding {
	FINDING_OK,
	FINDING_NOTE, /* worth knowing */
	FINDING_WARN, /* will be trouble, or may hide some */
	FINDING_BAD,  /* is trouble, or loses data */
};

struct doctor {
	struct conf conf;
	const char *dsn;
	struct db *db; /* NULL: cannot be reached */
	struct buf line;
	bool json;
	bool quiet; /* only what is not well */
	enum finding worst;
};

/* Says one finding.  ADVICE is a sentence; NULL where all is well. */
void doctor_say(struct doctor *d, enum finding how, const char *check,
    const char *advice, const char *fmt, ...) PRINTF(5, 6);
/*
 * Rows of SQL, or NULL: then it was said that CHECK could not be asked.
 * rows_free() them.
 */
struct rows *doctor_ask(
    struct doctor *d, const char *check, const char *sql, struct args *a);

/* The parts, in the order in which they are told. */
void doctor_look_settings(struct doctor *d); /* doctor_db.c */
void doctor_look_schema(struct doctor *d);
void doctor_look_services(struct doctor *d);
void doctor_look_clock(struct doctor *d); /* doctor_machine.c */
void doctor_look_disk(struct doctor *d);
void doctor_look_keys(struct doctor *d);   /* doctor_keys.c */
void doctor_look_county(struct doctor *d); /* doctor_county.c */

/* Of a median flush to the disk; MEMORY: no disk at all. */
enum finding doctor_flush(int64_t median_us, bool memory);
enum finding doctor_space(int64_t free_bytes, int64_t all_bytes);
/* Of the clocks of database and machine, so far apart. */
enum finding doctor_skew(int64_t apart_ms);
/*
 * Of the last day that a holiday notice covers.  The State Council publishes
 * next year's in October or November.
 */
enum finding doctor_calendar(int64_t last_day, int64_t today);
/* Whether setting NAME of PostgreSQL may be VALUE; *ADVICE says why not. */
enum finding doctor_setting(
    const char *name, struct str value, const char **advice);

#endif
