/*
 * A holiday notice that came late, or was changed: limits that run are
 * counted again by the calendar as it is at this place of the journal.  What
 * has run out stays so, whatever the notice says.
 */
#include "common/run/inner.h"

#include "common/base/id.h"
#include "run_sql.h"

/* One limit, as it was armed. */
struct counted {
	struct str thing, name, unit, division, trace;
	struct limit rule;
	int64_t from;
	int64_t due;
};

bool
recount_is(const struct run_event *ev)
{
	return ev->desc == &msg_calendar_changed_desc;
}

static struct str
text(const struct rows *rows, size_t i, const char *name, struct arena *arena)
{
	return arena_str(arena, rows_str(rows, i, rows_column(rows, name)));
}

static bool
counted_of(
    const struct rows *rows, size_t i, struct arena *arena, struct counted *c)
{
	*c = (struct counted){
		.thing = text(rows, i, "thing", arena),
		.name = text(rows, i, "name", arena),
		.unit = text(rows, i, "unit", arena),
		.division = text(rows, i, "division", arena),
		.trace = text(rows, i, "trace", arena),
		.from = rows_time(rows, i, rows_column(rows, "armed_at")),
		.due = rows_time(rows, i, rows_column(rows, "due_at")),
	};
	return limit_parse(
	    rows_str(rows, i, rows_column(rows, "rule")), &c->rule);
}

static void
name_it(struct run *r, struct args *q, const struct counted *c)
{
	args_reset(q);
	args_str(q, str_of(r->desc->name));
	args_str(q, c->thing);
	args_str(q, c->name);
}

/* When C ends by the calendar of now, pauses and all. */
static enum rc
count(struct run *r, const struct counted *c, int64_t *due, bool *provisional,
    struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct args *q = &r->args[2];
	struct pause *p;
	size_t n;

	name_it(r, q, c);
	args_time(q, c->from);
	TRY(db_exec(r->db, Q_run_pauses, q, &rows, e));
	n = rows_n(rows);
	p = arena_alloc(r->arena, (n + 1) * sizeof(*p));
	must(p != NULL);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pause){ rows_time(rows, i, 0),
			rows_time(rows, i, 1) };
	*due = calendar_due_paused(registry_calendar(r->registry), c->rule,
	    c->from, p, n, provisional);
	return RC_OK;
}

/* The thing's own row tells its limits, too: "finish_by". */
static void
follow(struct run *r, struct str casefile, const struct counted *c, int64_t due)
{
	for (struct held *h = folder_get(r, casefile)->first; h != NULL;
	     h = h->next) {
		const struct msg_desc *d =
		    r->desc->machine->things[h->thing].row;

		if (!str_eq(h->row->id, c->thing))
			continue;
		for (size_t i = 0; i < d->n_fields; i++) {
			int64_t *at = (int64_t *)(void *)((char *)h->row +
							  d->fields[i].offset);

			if (d->fields[i].type != WIRE_time || *at != c->due)
				continue;
			*at = due;
			h->dirty = true;
		}
	}
}

static void
say(struct run *r, const struct run_event *ev, const struct counted *c,
    int64_t due)
{
	struct msg_deadline_moved m = { c->thing, c->name, c->unit, c->due,
		due };
	struct str parts[4] = { str_of(r->desc->name), ev->env.id, c->thing,
		c->name };
	char id[ID_TEXT];
	struct msg_envelope env = {
		.id = arena_str(
		    r->arena, str_of(id_derived(parts, ARRAY_LEN(parts), id))),
		.source = arena_printf(r->arena, "/%s", r->desc->name),
		.subject = ev->casefile,
		.time = ev->at,
		.division = c->division,
		.correlationid = c->trace,
		.causationid = ev->env.id,
	};

	outbox_put(r, &env, &msg_deadline_moved_desc, &m);
}

static enum rc
recount(struct run *r, const struct run_event *ev, const struct counted *c,
    struct err *e)
{
	const struct calendar *calendar = registry_calendar(r->registry);
	struct args *q = &r->args[2];
	bool provisional = false;
	int64_t due;

	TRY(count(r, c, &due, &provisional, e));
	/* Nobody is made late by a notice. */
	if (due == c->due || due <= ev->at)
		return RC_OK;
	name_it(r, q, c);
	args_time(q, due);
	args_time(q, calendar_soon(calendar, c->rule, c->from));
	args_bool(q, provisional);
	TRY(db_exec(r->db, Q_run_recount, q, NULL, e));
	follow(r, ev->casefile, c, due);
	say(r, ev, c, due);
	return RC_OK;
}

enum rc
recount_limits(struct run *r, struct err *e)
{
	const struct run_event *ev = &r->events[0];
	AUTO(rows_free) struct rows *rows = NULL;
	struct args *q = &r->args[2];

	if (r->n_events != 1 || !recount_is(ev))
		return RC_OK;
	must(r->n_sent == 0);
	args_reset(q);
	args_str(q, str_of(r->desc->name));
	args_str(q, ev->casefile);
	args_time(q, ev->at);
	TRY(db_exec(r->db, Q_run_counted, q, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct counted c;

		if (counted_of(rows, i, r->arena, &c))
			TRY(recount(r, ev, &c, e));
	}
	return RC_OK;
}
