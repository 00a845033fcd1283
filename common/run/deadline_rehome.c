/*
 * Limits of casefiles that go on with others: what runs names who has it now
 * and keeps its time, its pauses and how often it was armed.
 */
#include "common/run/inner.h"

#include "common/rule/step.h"
#include "run_sql.h"

#define JSON_MAX ((size_t)16 * 1024 * 1024)

static bool
is_rehomed(const struct run_event *ev)
{
	for (const struct arming *a = ev->decision.armings; a != NULL;
	     a = a->next)
		if (a->what == ARM_REHOME)
			return true;
	return false;
}

/* The batch's event that rehomes CASEFILE; NULL: none. */
static const struct run_event *
rehomed(const struct run *r, struct str casefile)
{
	for (size_t i = 0; i < r->n_events; i++)
		if (str_eq(r->events[i].casefile, casefile) &&
		    is_rehomed(&r->events[i]))
			return &r->events[i];
	return NULL;
}

/* Whatever else the batch does to limits of the same casefile must not mix. */
static bool
is_alone(const struct run *r, const struct run_event *ev)
{
	for (size_t i = 0; i < r->n_events; i++)
		if (&r->events[i] != ev &&
		    str_eq(r->events[i].casefile, ev->casefile))
			return false;
	return true;
}

static void
one_json(struct buf *b, struct str casefile, struct str division,
    struct str unit, struct str place, struct str heir)
{
	buf_z(b, b->n > 0 ? ",{" : "[{");
	deadline_json(b, "casefile", casefile);
	deadline_json(b, "division", division);
	deadline_json(b, "unit", unit);
	deadline_json(b, "place", place);
	deadline_json(b, "heir", heir);
	buf_char(b, '}');
}

static bool
is_again(const struct rows *rows, size_t i)
{
	for (int c = 0; i > 0 && c < 3; c++)
		if (!str_eq(rows_str(rows, i, c), rows_str(rows, i - 1, c)))
			return false;
	return i > 0;
}

static enum rc
rehome(struct run *r, const struct rows *rows, struct err *e)
{
	struct buf json;
	enum rc rc = RC_OK;

	buf_init(&json, JSON_MAX);
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct str casefile = rows_str(rows, i, 0);
		struct str division = rows_str(rows, i, 1);
		struct str unit = rows_str(rows, i, 2);
		struct str place = division, heir = unit;
		const struct run_event *ev = rehomed(r, casefile);

		if (ev != NULL && !is_again(rows, i) &&
		    rehome_limit(r->registry, ev->at, &place, &heir))
			one_json(&json, casefile, division, unit, place, heir);
	}
	if (json.n > 0) {
		buf_char(&json, ']');
		args_reset(&r->args[0]);
		args_str(&r->args[0], str_of(r->desc->name));
		args_json(&r->args[0], buf_get(&json));
		rc = db_exec(r->db, Q_run_rehome, &r->args[0], NULL, e);
	}
	buf_fini(&json);
	return rc;
}

/* Rare, so it takes round trips of its own, before all else is sent. */
enum rc
deadlines_rehome(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct str *v = arena_alloc(r->arena, (r->n_events + 1) * sizeof(*v));
	size_t n = 0;

	must(v != NULL && r->n_sent == 0);
	for (size_t i = 0; i < r->n_events; i++) {
		if (!is_rehomed(&r->events[i]))
			continue;
		if (!is_alone(r, &r->events[i]))
			return err_set(e, RC_GONE, "limits move one by one");
		v[n++] = r->events[i].casefile;
	}
	if (n == 0)
		return RC_OK;
	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	args_strs(&r->args[0], v, n);
	TRY(db_exec(r->db, Q_run_running, &r->args[0], &rows, e));
	return rehome(r, rows, e);
}
