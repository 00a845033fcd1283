/* A batch on its way: BEGIN, sealed parts, events and COMMIT in one flush. */
#include "services/bus/bus.h"

#include "bus_sql.h"

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
put_column(struct bus *b, const struct batch *t, enum column col, bool bytes,
    bool boxed)
{
	struct str v[PUBLISH_BATCH];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (!t->entries[i].refused && (!boxed || t->entries[i].boxed))
			v[n++] = cell(&t->entries[i].event, col);
	if (bytes)
		args_bytes_list(&b->args, v, n);
	else
		args_strs(&b->args, v, n);
	return n;
}

/* Whether an event before I in this batch has the same source and id. */
static bool
is_repeat(const struct batch *t, size_t i)
{
	const struct msg_envelope *env = &t->entries[i].event.env;

	for (size_t k = 0; k < i; k++) {
		const struct entry *en = &t->entries[k];

		if (!en->refused && str_eq(en->event.env.id, env->id) &&
		    str_eq(en->event.env.source, env->source))
			return true;
	}
	return false;
}

/* Only the first event of an id brings its sealed part with it. */
static void
send_boxes(struct bus *b, struct batch *t)
{
	for (size_t i = 0; i < t->n; i++)
		t->entries[i].boxed = !t->entries[i].refused &&
				      t->entries[i].event.box.n > 0 &&
				      !is_repeat(t, i);
	args_reset(&b->args);
	if (put_column(b, t, COL_SOURCE, false, true) == 0)
		return;
	(void)put_column(b, t, COL_ID, false, true);
	(void)put_column(b, t, COL_BOX_DIGEST, true, true);
	(void)put_column(b, t, COL_BOX, true, true);
	db_send(b->db, Q_bus_seal, &b->args);
}

static void
send_events(struct bus *b, const struct batch *t)
{
	args_reset(&b->args);
	for (enum column col = COL_SOURCE; col <= COL_BODY; col++)
		(void)put_column(b, t, col, col >= COL_DIGEST, false);
	db_send(b->db, Q_bus_append, &b->args);
}

enum rc
append_send(struct bus *b, struct batch *t, struct err *e)
{
	db_begin(b->db);
	send_boxes(b, t);
	send_events(b, t);
	db_commit(b->db);
	return db_flush(b->db, e);
}

static bool
has_boxes(const struct batch *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->entries[i].boxed)
			return true;
	return false;
}

enum rc
append_result(struct bus *b, struct rows **receipts, struct err *e)
{
	struct rows *rows = NULL;
	enum rc rc;

	TRY(db_next(b->db, NULL, e));
	if (has_boxes(b->flying))
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
