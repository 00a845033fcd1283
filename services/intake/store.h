/* The SQL of this service (queries.sql). */
#ifndef INTAKE_STORE_H
#define INTAKE_STORE_H

#include "common/db/db.h"
#include "services/intake/rules.h"

const struct db_query *intake_store_queries(size_t *n);

/* A sealed part as the bus put it away. */
struct intake_box {
	struct str source;
	struct str id;
	struct str digest;
	struct str box;
};

/* One text's proposals, best first. */
struct intake_proposals {
	struct msg_proposal *p;
	size_t n;
};

/* Who reports, encrypted, for the vault. */
struct intake_identity {
	struct str token;
	struct str report;
	struct str source;
	struct str id;
	struct str person; /* may be empty */
	struct str sealed;
	struct str box_key;
	int64_t at;
};

struct intake_boxes {
	struct intake_box *v;
	size_t n;
};

/* What to look through for duplicates. */
struct intake_report {
	struct sighting s; /* matter is that of its casefile */
	struct str state;
	bool open; /* its casefile is */
};
struct intake_seen {
	struct intake_report *v;
	size_t n;
};

struct intake_seats {
	struct row_seat *v;
	size_t n;
};

/* Who is behind a token, as a hash. */
struct intake_person {
	struct str token;
	struct str person;
};
struct intake_persons {
	struct intake_person *v;
	size_t n;
	struct strs above; /* called for the parent of the first event */
};

/* All results live in ARENA. */

/* The boxes of the events (SOURCES, IDS); those that are gone are left out. */
enum rc intake_store_boxes(struct db *db, struct strs sources, struct strs ids,
    struct arena *arena, struct intake_boxes *out, struct err *e) MUST_CHECK;
/* At most MAX for each text, in as many OUT, by that generation's grams. */
enum rc intake_store_propose(struct db *db, struct strs texts, int64_t max,
    int64_t generation, struct arena *arena, struct intake_proposals *out,
    struct err *e) MUST_CHECK;
/*
 * What was reported in TOWNS (the first nine digits of a division) since
 * SINCE, the newest first, at most MAX of each.
 */
enum rc intake_store_nearby(struct db *db, struct strs towns, int64_t since,
    int64_t max, struct arena *arena, struct intake_seen *out,
    struct err *e) MUST_CHECK;
/* The reports of these numbers; those that are not there are left out. */
enum rc intake_store_formers(struct db *db, struct strs reports,
    struct arena *arena, struct intake_seen *out, struct err *e) MUST_CHECK;
/* Seats that are taken on N days, each told by its first moment. */
enum rc intake_store_seats(struct db *db, const int64_t *days, size_t n,
    struct arena *arena, struct intake_seats *out, struct err *e) MUST_CHECK;
enum rc intake_store_persons(struct db *db, struct strs tokens,
    struct arena *arena, struct intake_persons *out, struct err *e) MUST_CHECK;
/* Who is called when CASEFILE is closed, as hashes. */
enum rc intake_store_callers(struct db *db, struct str casefile,
    struct arena *arena, struct strs *out, struct err *e) MUST_CHECK;
/* Sends them off with the rest of the transaction; nothing for none. */
size_t intake_store_identities(struct db *db, const struct intake_identity *v,
    size_t n, const char *key_id, struct arena *arena);

#endif
