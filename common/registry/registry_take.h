/*
 * Storing a pack in the registry: one transaction, from registry_take_open()
 * to registry_take_close(), under a lock that lets one in at a time.
 */
#ifndef REGISTRY_REGISTRY_TAKE_H
#define REGISTRY_REGISTRY_TAKE_H

#include "common/base/id.h"
#include "common/db/db.h"
#include "common/registry/table.h"

struct take_pack {
	struct str name;
	struct str version;
	struct str county;
	struct str title_zh;
	struct str title_en;
	struct str valid_from; /* "2026-01-01" */
	struct str boundary; /* change of boundaries that it brings, or empty */
	char digest[HASH_TEXT]; /* over everything in it */
};

/* What became of one table's rows. */
struct take_count {
	int64_t added;
	int64_t closed;
	int64_t unchanged;
};

enum take_state {
	TAKE_NEW,    /* go on */
	TAKE_LOADED, /* this very content is in already */
	TAKE_OTHER,  /* the version is in with other content */
	TAKE_EARLY,  /* a version that holds as late or later is in */
};

enum rc registry_take_prepare(struct db *db, struct err *e) MUST_CHECK;

/*
 * Begins, and says whether to go on.  After a failure or any STATE but
 * TAKE_NEW leave by db_rollback().  RC_RETRY: somebody else is loading.
 */
enum rc registry_take_open(struct db *db, const struct take_pack *pack,
    enum take_state *state, struct err *e) MUST_CHECK;
/* JSON: an array of all rows of T, as msg_json() writes them. */
enum rc registry_take_table(struct db *db, const struct take_pack *pack,
    enum registry_table t, struct str json, struct take_count *count,
    struct err *e) MUST_CHECK;
/*
 * What stands against it, a row each (code, why): codes that ended without a
 * successor, codes that come back.  After all tables, before the close.
 */
enum rc registry_take_orphans(struct db *db, const struct take_pack *pack,
    struct rows **rows, struct err *e) MUST_CHECK;
/* N_ROWS: a JSON object, rows by table.  Announces and commits. */
enum rc registry_take_close(struct db *db, const struct take_pack *pack,
    struct str n_rows, struct err *e) MUST_CHECK;

/* One line of the loaded packs a row; see the query for its columns. */
enum rc registry_packs(
    struct db *db, struct rows **rows, struct err *e) MUST_CHECK;

#endif
