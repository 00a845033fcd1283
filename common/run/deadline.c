/*
 * Limits are rows.  A rule arms, meets, pauses and resumes them in the same
 * transaction as all else that it does; deadline_fire.c lets them run out.
 */
#include "common/run/inner.h"

#include "common/msg/wire.h"
#include "run_sql.h"

#define JSON_MAX ((size_t)16 * 1024 * 1024)

void
deadline_send(struct run *r, const char *query, struct buf *json)
{
	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	args_json(&r->args[0], buf_get(json));
	run_send(r, query, &r->args[0]);
}

void
deadline_json(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, "%s\"%s\":", b->p[b->n - 1] == '{' ? "" : ",", name);
	if (value.p == NULL)
		buf_z(b, "null");
	else
		wire_json_str(value, b);
}

static void
json_time(struct buf *b, const char *name, int64_t at)
{
	char text[CLOCK_TEXT];

	deadline_json(b, name,
	    at > 0 ? str_of(clock_format(at, text)) : (struct str){ NULL, 0 });
}

/* What the batch wants of one limit, after all its events. */
struct want {
	const struct arming *set;
	const struct run_event *cause;
	int64_t n_set; /* how often */
	bool met;
	int64_t met_at;
};

struct wants {
	struct want *v;
	size_t n;
	struct buf met; /* JSON, for what is in the table already */
	struct buf arm;
};

static void
want_met(struct wants *w, const struct arming *a, int64_t at)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct arming *set = w->v[i].set;

		if (!w->v[i].met && str_eq(set->thing, a->thing) &&
		    (a->name == NULL || strcmp(set->name, a->name) == 0)) {
			w->v[i].met = true;
			w->v[i].met_at = at;
		}
	}
	buf_z(&w->met, w->met.n > 0 ? ",{" : "[{");
	deadline_json(&w->met, "thing", a->thing);
	if (a->name != NULL)
		deadline_json(&w->met, "name", str_of(a->name));
	json_time(&w->met, "at", at);
	buf_char(&w->met, '}');
}

static void
want_set(struct wants *w, const struct arming *a, const struct run_event *ev)
{
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->v[i].set->thing, a->thing) &&
		    strcmp(w->v[i].set->name, a->name) == 0) {
			w->v[i] =
			    (struct want){ a, ev, w->v[i].n_set + 1, false, 0 };
			return;
		}
	w->v[w->n++] = (struct want){ a, ev, 1, false, 0 };
}

static void
arm_json(struct wants *w, const struct want *one)
{
	static const char *const kinds[] = { "duty", "quiet", "window" };
	const struct arming *a = one->set;
	const struct msg_envelope *env = &one->cause->env;
	char rule[CLOCK_TEXT];
	struct buf *b = &w->arm;

	buf_z(b, b->n > 0 ? ",{" : "[{");
	deadline_json(b, "thing", a->thing);
	deadline_json(b, "name", str_of(a->name));
	deadline_json(b, "casefile", a->casefile);
	deadline_json(b, "division", a->division);
	if (a->unit.n > 0)
		deadline_json(b, "unit", a->unit);
	deadline_json(b, "kind", str_of(kinds[a->kind]));
	deadline_json(b, "state", one->met ? STR("cancelled") : STR("armed"));
	deadline_json(b, "rule", str_of(limit_format(a->rule, rule)));
	json_time(b, "armed_at", a->from);
	if (a->kind == ARM_DUTY && a->soon < a->due)
		json_time(b, "soon_at", a->soon);
	json_time(b, "due_at", a->due);
	if (a->provisional)
		buf_z(b, ",\"provisional\":true");
	json_time(b, "met_at", one->met_at);
	buf_printf(b, ",\"cycle\":%lld", (long long)one->n_set);
	deadline_json(b, "cause", env->id);
	deadline_json(b, "trace",
	    env->correlationid.n > 0 ? env->correlationid : env->id);
	buf_char(b, '}');
}

/* When A ends now, from its ledger; 0 when it is not paused. */
static enum rc
resumed_due(struct run *r, const struct arming *a, int64_t at, int64_t *due,
    bool *provisional, struct err *e)
{
	struct args *q = &r->args[2];
	struct rows *rows = NULL;
	struct pause *p;
	struct limit rule;
	size_t n;

	args_reset(q);
	args_str(q, str_of(r->desc->name));
	args_str(q, a->thing);
	args_str(q, str_of(a->name));
	args_time(q, at);
	*due = 0;
	TRY(db_exec(r->db, Q_run_ledger, q, &rows, e));
	n = rows_n(rows);
	p = arena_alloc(r->arena, n * sizeof(*p));
	must(p != NULL);
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pause){ rows_time(rows, i, 2),
			rows_time(rows, i, 3) };
	if (n > 0 && limit_parse(rows_str(rows, 0, 0), &rule))
		*due = calendar_due_paused(registry_calendar(r->registry), rule,
		    rows_time(rows, 0, 1), p, n, provisional);
	rows_free(&rows);
	return RC_OK;
}

static enum rc
resume(struct run *r, const struct arming *a, int64_t at, struct err *e)
{
	bool provisional = false;
	int64_t due;

	TRY(resumed_due(r, a, at, &due, &provisional, e));
	if (due == 0)
		return RC_OK;
	args_time(&r->args[2], due);
	args_bool(&r->args[2], provisional);
	return db_exec(r->db, Q_run_resume, &r->args[2], NULL, e);
}

bool
deadlines_paused(const struct run *r)
{
	for (size_t i = 0; i < r->n_events; i++)
		for (const struct arming *a = r->events[i].decision.armings;
		     a != NULL; a = a->next)
			if (a->what == ARM_PAUSE || a->what == ARM_RESUME)
				return true;
	return false;
}

/* Rare, so they take round trips of their own, before all else is sent. */
enum rc
deadlines_resume(struct run *r, struct err *e)
{
	must(r->n_sent == 0);
	for (size_t i = 0; i < r->n_events; i++)
		for (const struct arming *a = r->events[i].decision.armings;
		     a != NULL; a = a->next)
			if (a->what == ARM_RESUME)
				TRY(resume(r, a, r->events[i].at, e));
	return RC_OK;
}

static void
pause_one(struct run *r, const struct arming *a, int64_t at)
{
	struct args *q = &r->args[2];

	args_reset(q);
	args_str(q, str_of(r->desc->name));
	args_str(q, a->thing);
	args_str(q, str_of(a->name));
	args_time(q, at);
	args_str(q, str_of(a->why));
	run_send(r, Q_run_pause, q);
}

static void
collect(struct run *r, struct wants *w)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_events; i++)
		for (const struct arming *a = r->events[i].decision.armings;
		     a != NULL; a = a->next)
			n++;
	w->v = arena_alloc(r->arena, n * sizeof(*w->v));
	must(w->v != NULL);
	for (size_t i = 0; i < r->n_events; i++)
		for (const struct arming *a = r->events[i].decision.armings;
		     a != NULL; a = a->next) {
			if (a->what == ARM_SET)
				want_set(w, a, &r->events[i]);
			else if (a->what == ARM_MEET || a->what == ARM_MEET_ALL)
				want_met(w, a, r->events[i].at);
		}
}

static void
save_pauses(struct run *r)
{
	for (size_t i = 0; i < r->n_events; i++)
		for (const struct arming *a = r->events[i].decision.armings;
		     a != NULL; a = a->next)
			if (a->what == ARM_PAUSE)
				pause_one(r, a, r->events[i].at);
}

void
deadlines_save(struct run *r)
{
	struct wants w = { .n = 0 };

	buf_init(&w.met, JSON_MAX);
	buf_init(&w.arm, JSON_MAX);
	collect(r, &w);
	for (size_t i = 0; i < w.n; i++)
		arm_json(&w, &w.v[i]);
	if (w.met.n > 0) {
		buf_char(&w.met, ']');
		deadline_send(r, Q_run_meet, &w.met);
	}
	if (w.n > 0) {
		buf_char(&w.arm, ']');
		deadline_send(r, Q_run_arm, &w.arm);
	}
	save_pauses(r);
	buf_fini(&w.met);
	buf_fini(&w.arm);
}
