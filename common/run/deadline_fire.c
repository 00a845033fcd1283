/*
 * Firing a limit is a transaction of its own kind: it has seen every event
 * that could still cancel it, and says a fact.  That fact comes back through
 * the journal like any other event; only then the limit counts as run out,
 * at a place that is the same for whoever reads the journal again.
 */
#include "common/run/inner.h"

#include "common/base/id.h"
#include "run_sql.h"

#include <stdio.h>

#define JSON_MAX ((size_t)16 * 1024 * 1024)

/* One row that fires, as deadlines_fire() reads it. */
struct firing {
	struct str thing, name, casefile, division, unit, kind, trace, cause;
	int64_t cycle;
	int64_t due;
	bool over;
};

static struct str
column(const struct rows *rows, size_t i, const char *name, struct arena *arena)
{
	return arena_str(arena, rows_str(rows, i, rows_column(rows, name)));
}

static struct firing
firing_of(const struct rows *rows, size_t i, struct arena *arena)
{
	return (struct firing){
		.thing = column(rows, i, "thing", arena),
		.name = column(rows, i, "name", arena),
		.casefile = column(rows, i, "casefile", arena),
		.division = column(rows, i, "division", arena),
		.unit = column(rows, i, "unit", arena),
		.kind = column(rows, i, "kind", arena),
		.trace = column(rows, i, "trace", arena),
		.cause = column(rows, i, "cause", arena),
		.cycle = rows_i64(rows, i, rows_column(rows, "cycle")),
		.due = rows_time(rows, i, rows_column(rows, "due_at")),
		.over = rows_bool(rows, i, rows_column(rows, "over")),
	};
}

static enum fired
fired_as(const struct firing *f)
{
	if (!f->over)
		return FIRED_SOON;
	return str_is(f->kind, "window") ? FIRED_LAPSED : FIRED_OVERDUE;
}

static void
say(struct run *r, const struct firing *f)
{
	static const struct msg_desc *const facts[FIRED_KINDS] = {
		&msg_deadline_due_soon_desc, &msg_deadline_overdue_desc,
		&msg_deadline_lapsed_desc
	};
	struct str place = registry_successor(r->registry, f->division, r->now);
	const struct row_unit *heir =
	    registry_heir(r->registry, f->unit, place, r->now);
	/* The three deadline messages have one shape. */
	struct msg_deadline_overdue m = { f->thing, f->name, f->unit, f->due,
		f->cycle };
	char cycle[32], id[ID_TEXT];
	struct str parts[5] = { str_of(r->desc->name), f->thing, f->name,
		STR(""), f->over ? STR("over") : STR("soon") };
	struct msg_envelope env;

	(void)snprintf(cycle, sizeof(cycle), "%lld", (long long)f->cycle);
	parts[3] = str_of(cycle);
	/* Who has taken over by now is late, told so or not. */
	if (heir != NULL)
		m.unit = heir->code;
	env = (struct msg_envelope){
		.id = arena_str(
		    r->arena, str_of(id_derived(parts, ARRAY_LEN(parts), id))),
		.source = arena_printf(r->arena, "/%s", r->desc->name),
		.subject = f->casefile,
		.time = r->now,
		.division = place,
		.correlationid = f->trace,
		.causationid = f->cause,
	};
	outbox_put(r, &env, facts[fired_as(f)], &m);
	r->fired_as[fired_as(f)]++;
}

/* One limit of a statement's list. */
static void
limit_json(struct buf *b, struct str thing, struct str name, bool over)
{
	buf_z(b, b->n > 0 ? ",{" : "[{");
	deadline_json(b, "thing", thing);
	deadline_json(b, "name", name);
	buf_printf(b, ",\"over\":%s", over ? "true" : "false");
}

static void
fire_all(struct run *r, const struct rows *rows)
{
	struct buf json;

	buf_init(&json, JSON_MAX);
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct firing f = firing_of(rows, i, r->arena);

		say(r, &f);
		limit_json(&json, f.thing, f.name, f.over);
		buf_char(&json, '}');
	}
	buf_char(&json, ']');
	deadline_send(r, Q_run_fired, &json);
	buf_fini(&json);
}

/* Whether the journal is where this transaction saw it, and stays there. */
static enum rc
is_still(struct run *r, bool *still, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	args_reset(&r->args[0]);
	args_i64(&r->args[0], r->head);
	TRY(db_exec(r->db, Q_run_still, &r->args[0], &rows, e));
	*still = !rows_null(rows, 0, 0);
	return RC_OK;
}

enum rc
deadlines_fire(
    struct run *r, int64_t until, bool urgent, bool *moved, struct err *e)
{
	bool sure = moved == NULL;
	AUTO(rows_free) struct rows *rows = NULL;
	int64_t slots[SLOTS];
	size_t n = 0;

	for (int i = 0; i < SLOTS; i++)
		if (r->mine[i])
			slots[n++] = i;
	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	args_time(&r->args[0], until);
	args_i64s(&r->args[0], slots, n);
	args_i64(&r->args[0], FIRE_MAX);
	args_bool(&r->args[0], urgent);
	TRY(db_exec(r->db, Q_run_due, &r->args[0], &rows, e));
	if (rows_n(rows) == 0)
		return RC_OK;
	/* Something recorded before now may be on its way to the commit. */
	if (!sure)
		TRY(is_still(r, &sure, e));
	if (sure)
		fire_all(r, rows);
	else
		*moved = true;
	return RC_OK;
}

bool
deadline_is_own(const struct run *r, const struct run_event *ev)
{
	return (ev->desc == &msg_deadline_due_soon_desc ||
		   ev->desc == &msg_deadline_overdue_desc ||
		   ev->desc == &msg_deadline_lapsed_desc) &&
	       ev->env.source.n > 0 && ev->env.source.p[0] == '/' &&
	       str_is(str_cut(ev->env.source, 1, SIZE_MAX), r->desc->name);
}

/* A warning whose limit ran out in the same batch: the end is what stays. */
static bool
is_overtaken(const struct run *r, size_t i)
{
	const struct msg_deadline_overdue *m = r->events[i].msg;

	if (r->events[i].desc != &msg_deadline_due_soon_desc)
		return false;
	for (size_t k = 0; k < r->n_events; k++) {
		const struct msg_deadline_overdue *o = r->events[k].msg;

		if (k != i && deadline_is_own(r, &r->events[k]) &&
		    o->cycle == m->cycle && str_eq(o->thing, m->thing) &&
		    str_eq(o->limit, m->limit))
			return true;
	}
	return false;
}

void
deadlines_mark(struct run *r)
{
	struct buf json;

	buf_init(&json, JSON_MAX);
	for (size_t i = 0; i < r->n_events; i++) {
		const struct run_event *ev = &r->events[i];
		const struct msg_deadline_overdue *m = ev->msg;

		if (!deadline_is_own(r, ev) || is_overtaken(r, i))
			continue;
		limit_json(&json, m->thing, m->limit,
		    ev->desc != &msg_deadline_due_soon_desc);
		buf_printf(&json, ",\"cycle\":%lld}", (long long)m->cycle);
	}
	if (json.n > 0) {
		buf_char(&json, ']');
		deadline_send(r, Q_run_mark, &json);
	}
	buf_fini(&json);
}
