#include "services/bus/bus.h"

#include "common/db/migrations.h"

#include "bus_sql.h"

#include <unistd.h>

static enum rc
make_ready(struct bus *b, struct err *e)
{
	TRY(db_open(&b->db, b->conf.db, "bus", e));
	TRY(db_check_schema(b->db, e));
	TRY(db_prepare(b->db, bus_queries, ARRAY_LEN(bus_queries), e));
	TRY(registry_prepare(b->db, e));
	TRY(store_registry(b, e));
	TRY(store_head(b, e));
	return store_seen(b, false, e);
}

/* A connection is either ready or not there at all. */
enum rc
store_open(struct bus *b, struct err *e)
{
	enum rc rc;

	db_close(&b->db);
	rc = make_ready(b, e);
	if (rc != RC_OK)
		db_close(&b->db);
	return rc;
}

/* The old one stays in use until the new one is there. */
enum rc
store_registry(struct bus *b, struct err *e)
{
	struct registry *fresh = NULL;

	TRY(registry_load(&fresh, b->db, e));
	registry_free(&b->registry);
	b->registry = fresh;
	b->registry_old = false;
	return RC_OK;
}

enum rc
store_head(struct bus *b, struct err *e)
{
	struct rows *rows = NULL;

	TRY(db_exec(b->db, Q_bus_head, NULL, &rows, e));
	b->head = rows_i64(rows, 0, 0);
	b->epoch = rows_i64(rows, 0, 1);
	b->now = rows_time(rows, 0, 2);
	rows_free(&rows);
	return RC_OK;
}

enum rc
store_seen(struct bus *b, bool gone, struct err *e)
{
	args_reset(&b->args);
	args_i64(&b->args, getpid());
	return db_exec(
	    b->db, gone ? Q_bus_gone : Q_bus_seen, &b->args, NULL, e);
}

/* One column of the accepted entries as an array. */
enum column {
	COL_SOURCE,
	COL_ID,
	COL_TYPE,
	COL_SUBJECT,
	COL_DIVISION,
	COL_DIGEST,
	COL_BODY,
	COL_BOX,
	COL_BOX_DIGEST
};

static struct str
cell(const struct checked *c, enum column col)
{
	switch (col) {
	case COL_SOURCE:
		return c->env.source;
	case COL_ID:
		return c->env.id;
	case COL_TYPE:
		return c->env.type;
	case COL_SUBJECT:
		return c->env.subject;
	case COL_DIVISION:
		return c->env.division;
	case COL_DIGEST:
		return c->digest;
	case COL_BODY:
		return c->body;
	case COL_BOX:
		return c->box;
	case COL_BOX_DIGEST:
		return c->box_digest;
	}
	never("no such column");
}

static size_t
put_column(struct bus *b, enum column col, bool bytes, bool boxed)
{
	struct str v[PUBLISH_BATCH];
	size_t n = 0;

	for (size_t i = 0; i < b->n_entries; i++)
		if (!b->entries[i].refused && (!boxed || b->entries[i].boxed))
			v[n++] = cell(&b->entries[i].event, col);
	if (bytes)
		args_bytes_list(&b->args, v, n);
	else
		args_strs(&b->args, v, n);
	return n;
}

/* Whether an event before I in this batch has the same source and id. */
static bool
is_repeat(const struct bus *b, size_t i)
{
	const struct msg_envelope *env = &b->entries[i].event.env;

	for (size_t k = 0; k < i; k++) {
		const struct entry *en = &b->entries[k];

		if (!en->refused && str_eq(en->event.env.id, env->id) &&
		    str_eq(en->event.env.source, env->source))
			return true;
	}
	return false;
}

/* Only the first event of an id brings its sealed part with it. */
static bool
send_boxes(struct bus *b)
{
	for (size_t i = 0; i < b->n_entries; i++)
		b->entries[i].boxed = !b->entries[i].refused &&
				      b->entries[i].event.box.n > 0 &&
				      !is_repeat(b, i);
	args_reset(&b->args);
	if (put_column(b, COL_SOURCE, false, true) == 0)
		return false;
	(void)put_column(b, COL_ID, false, true);
	(void)put_column(b, COL_BOX_DIGEST, true, true);
	(void)put_column(b, COL_BOX, true, true);
	db_send(b->db, Q_bus_seal, &b->args);
	return true;
}

static void
send_events(struct bus *b)
{
	args_reset(&b->args);
	for (enum column col = COL_SOURCE; col <= COL_BODY; col++)
		(void)put_column(b, col, col >= COL_DIGEST, false);
	db_send(b->db, Q_bus_append, &b->args);
}

/* BEGIN, sealed parts, events and COMMIT in one flush. */
enum rc
store_append(struct bus *b, struct rows **receipts, struct err *e)
{
	struct rows *rows = NULL;
	bool boxes;
	enum rc rc;

	db_begin(b->db);
	boxes = send_boxes(b);
	send_events(b);
	db_commit(b->db);
	TRY(db_flush(b->db, e));
	TRY(db_next(b->db, NULL, e));
	if (boxes)
		TRY(db_next(b->db, NULL, e));
	TRY(db_next(b->db, &rows, e));
	rc = db_next(b->db, NULL, e);
	if (rc != RC_OK) {
		rows_free(&rows);
		return rc;
	}
	*receipts = rows;
	return RC_OK;
}

enum rc
store_range(struct bus *b, int64_t after, int64_t until, int64_t limit,
    struct str casefile, struct rows **rows, struct err *e)
{
	args_reset(&b->args);
	args_i64(&b->args, after);
	args_i64(&b->args, until);
	args_i64(&b->args, limit);
	if (casefile.n == 0)
		return db_exec(b->db, Q_bus_range, &b->args, rows, e);
	args_str(&b->args, casefile);
	return db_exec(b->db, Q_bus_casefile, &b->args, rows, e);
}

enum rc
store_seq_at(struct bus *b, int64_t at, int64_t *seq, struct err *e)
{
	struct rows *rows = NULL;

	args_reset(&b->args);
	args_time(&b->args, at);
	TRY(db_exec(b->db, Q_bus_seq_at, &b->args, &rows, e));
	*seq = rows_i64(rows, 0, 0);
	rows_free(&rows);
	return RC_OK;
}
