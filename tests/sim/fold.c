#include "tests/sim/fold.h"

#include "common/base/id.h"
#include "tests/sim/query.h"
#include "tests/sim/trace.h"
#include "tests/sim/watch_inner.h"

#include <stdio.h>
#include <stdlib.h>

/* An event that a service put aside, and how that went. */
struct aside {
	struct str service;
	int64_t seq;
	struct str casefile;
	struct str action; /* empty: it still is */
	int64_t after;     /* where its slot was then */
	bool done;         /* seen to; if it was taken, it can be read */
};

struct fold {
	struct world *w; /* as it was */
	struct world *f; /* as it should be */
	struct aside *aside;
	size_t n;
	int64_t n_requests;
};

static void
show(const char *what, struct str envelope)
{
	struct msg_envelope env;
	struct buf json;

	if (envelope_decode(envelope, MSG_LENIENT, &env, NULL) != RC_OK)
		return;
	buf_init(&json, 65536);
	envelope_json(&env, 0, 0, &json);
	world_say("%s %.*s", what, STR_ARG(buf_get(&json)));
	buf_fini(&json);
}

void
fold_said(
    struct session *s, struct event *e, const char *status, struct str envelope)
{
	if (strcmp(status, "duplicate") != 0) {
		show("then:", e->envelope);
		show("by the journal:", envelope);
		world_broken("I7: from the journal alone %s says %.*s of "
			     "%.*s, event %lld: %s",
		    s->who, STR_ARG(e->type), STR_ARG(e->subject),
		    (long long)e->seq, status);
	}
	if (e->again)
		world_broken("I7: from the journal alone %s says event %lld "
			     "twice",
		    s->who, (long long)e->seq);
	e->again = true;
}

static const struct world *the_fold_world;

static void
copy_journal(struct world *f, const struct world *w)
{
	for (size_t i = 0; i < w->store.journal.n; i++) {
		struct event *e = event_new(w->store.journal.v[i]);

		e->again = false;
		journal_add(&f->store.journal, e);
	}
}

static void
copy_boxes(struct world *f, const struct world *w)
{
	const struct table *t = &w->store.fixed[TABLE_sealed];
	struct tx tx = { .n = 0 };

	for (size_t i = 0; i < t->n_spots; i++)
		if (t->spots[i]->now != NULL)
			spot_write(table_spot(&f->store.fixed[TABLE_sealed],
				       t->spots[i]->now->cell),
			    &tx, t->spots[i]->now->cell);
	tx_commit(&tx);
	tx_fini(&tx);
}

/* A cell that may differ: it is of chance, or not the journal's business. */
static bool
is_loose(enum store_table t, size_t column)
{
	return (t == TABLE_identity && column == COL_identity_sealed) ||
	       (t == TABLE_parked && column > COL_parked_casefile);
}

/*
 * A firing that was said and has not come back, because its casefile is held
 * up or a person dropped it: the clock stands, and the journal does not say so.
 */
static bool
is_on_its_way(const struct version *v, enum store_table t, size_t column)
{
	return t == TABLE_deadline && column == COL_deadline_wake_at &&
	       str_is(v->cell[COL_deadline_state], "armed") &&
	       owners_aside(the_fold_world, v->cell[COL_deadline_casefile]);
}

static void
say_cell(struct str cell, enum cell_type type, char *out, size_t n)
{
	if (cell.p == NULL)
		(void)snprintf(out, n, "nothing");
	else if (type == CELL_TEXT)
		(void)snprintf(out, n, "\"%.*s\"", STR_ARG(cell));
	else if (type == CELL_TIME)
		(void)snprintf(out, n, "%lld ms", (long long)pg_time_ms(cell));
	else if (type == CELL_I64)
		(void)snprintf(out, n, "%lld", (long long)cell_i64(cell));
	else
		(void)snprintf(out, n, "%zu bytes", cell.n);
}

/* The names of a row, as far as they are text. */
static struct str
name_of(const struct version *v, const struct table *t, size_t column)
{
	return t->n_key > column && t->columns[column].type == CELL_TEXT
		   ? v->cell[column]
		   : STR("");
}

static void
compare_row(const struct spot *a, const struct spot *b, enum store_table which)
{
	const struct table *t = a->table;
	char one[64], two[64];

	if (a->now == NULL)
		return;
	if (b == NULL || b->now == NULL) {
		world_broken("I7: %s has a row %.*s that the journal does not "
			     "give",
		    t->name, STR_ARG(a->now->cell[0]));
		return;
	}
	for (size_t c = 0; c < t->n_columns; c++) {
		struct str x = a->now->cell[c], y = b->now->cell[c];

		if (is_loose(which, c) || is_on_its_way(a->now, which, c) ||
		    (str_eq(x, y) && (x.p == NULL) == (y.p == NULL)))
			continue;
		say_cell(x, t->columns[c].type, one, sizeof(one));
		say_cell(y, t->columns[c].type, two, sizeof(two));
		world_broken("I7: %s %.*s %.*s %.*s: %s is %s, by the journal "
			     "%s",
		    t->name, STR_ARG(name_of(a->now, t, 0)),
		    STR_ARG(name_of(a->now, t, 1)),
		    STR_ARG(name_of(a->now, t, 2)), t->columns[c].name, one,
		    two);
		return;
	}
}

static void
compare(const struct table *a, const struct table *b, enum store_table which)
{
	for (size_t i = 0; i < a->n_spots; i++)
		if (a->spots[i]->now != NULL)
			compare_row(a->spots[i],
			    table_find(b, a->spots[i]->now->cell), which);
	for (size_t i = 0; i < b->n_spots; i++) {
		const struct version *v = b->spots[i]->now;
		const struct spot *s =
		    v != NULL ? table_find(a, v->cell) : NULL;

		if (v != NULL && (s == NULL || s->now == NULL))
			world_broken("I7: %s lacks %.*s %.*s %.*s, which the "
				     "journal gives",
			    a->name, STR_ARG(name_of(v, b, 0)),
			    STR_ARG(name_of(v, b, 1)),
			    STR_ARG(name_of(v, b, 2)));
	}
}

/* Every fact of a service is said again, but what its clock said. */
static void
compare_facts(const struct world *f)
{
	const struct journal *j = &f->store.journal;

	for (size_t i = 0; i < j->n; i++)
		if (!j->v[i]->again &&
		    msg_find(j->v[i]->type)->kind == MSG_FACT &&
		    !str_starts(j->v[i]->type, STR("deadline.")))
			world_broken("I7: event %lld (%.*s of %.*s) does not "
				     "follow from the journal",
			    (long long)j->v[i]->seq, STR_ARG(j->v[i]->type),
			    STR_ARG(j->v[i]->subject));
}

static void
compare_all(const struct world *w, const struct world *f)
{
	static const enum store_table tables[] = { TABLE_deadline, TABLE_pause,
		TABLE_parked, TABLE_identity };

	compare_facts(f);
	for (size_t i = 0; i < w->store.n_things; i++)
		compare(&w->store.things[i], &f->store.things[i], TABLE_FIXED);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		compare(&w->store.fixed[tables[i]], &f->store.fixed[tables[i]],
		    tables[i]);
}

bool
fold_is_unreadable(const struct fold *f, const char *service, int64_t seq)
{
	for (size_t i = 0; f != NULL && i < f->n; i++)
		if (f->aside[i].seq == seq &&
		    str_is(f->aside[i].service, service))
			return !f->aside[i].done ||
			       !str_is(f->aside[i].action, "taken");
	return false;
}

static void
add_aside(struct fold *f, const struct version *v, bool logged)
{
	struct aside *a = &f->aside[f->n++];

	/* The first columns of both tables are the same. */
	*a = (struct aside){ .service = v->cell[COL_parked_service],
		.seq = cell_i64(v->cell[COL_parked_seq]),
		.casefile = v->cell[COL_parked_casefile],
		.action = STR(""),
		.after = INT64_MAX };
	if (!logged)
		return;
	a->action = v->cell[COL_parked_log_action];
	a->after = cell_i64(v->cell[COL_parked_log_after_seq]);
}

static void
find_aside(struct fold *f)
{
	const struct table *t[] = { &f->w->store.fixed[TABLE_parked],
		&f->w->store.fixed[TABLE_parked_log] };

	f->aside =
	    xcalloc(t[0]->n_spots + t[1]->n_spots + 1, sizeof(*f->aside));
	for (size_t k = 0; k < ARRAY_LEN(t); k++)
		for (size_t i = 0; i < t[k]->n_spots; i++)
			if (t[k]->spots[i]->now != NULL)
				add_aside(f, t[k]->spots[i]->now, k == 1);
}

/* The next place at which SERVICE saw to something aside, from AT on. */
static int64_t
next_place(const struct fold *f, const char *service, int64_t at)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < f->n; i++)
		if (str_is(f->aside[i].service, service) &&
		    f->aside[i].action.n > 0 && f->aside[i].after >= at &&
		    f->aside[i].after < next)
			next = f->aside[i].after;
	return next;
}

static void
ask(struct fold *f, const struct aside *a, const char *action)
{
	struct tx tx = { .n = 0 };
	struct num id = num_of(++f->n_requests), seq = num_of(a->seq);
	struct num now = num_of(pg_time(f->f->store.now_us));
	struct str cells[] = { CELL_NUM(id), a->service, str_of(action),
		a->casefile, CELL_NUM(seq), STR("fold"), STR("fold"),
		CELL_NUM(now), { NULL, 0 }, { NULL, 0 } };

	spot_write(
	    table_spot(&f->f->store.fixed[TABLE_request], cells), &tx, cells);
	tx_commit(&tx);
	tx_fini(&tx);
	world_settle(f->f);
}

/* The first event of those at PLACE that is not seen to yet. */
static struct aside *
first_at(struct fold *f, const char *service, int64_t place)
{
	struct aside *first = NULL;

	for (size_t i = 0; i < f->n; i++) {
		struct aside *a = &f->aside[i];

		if (str_is(a->service, service) && a->action.n > 0 &&
		    !a->done && a->after == place &&
		    (first == NULL || a->seq < first->seq))
			first = a;
	}
	return first;
}

/*
 * What was aside at PLACE is taken or dropped, as it was then: in its order,
 * and what was taken can be read now.
 */
static void
see_to(struct fold *f, const char *service, int64_t place)
{
	struct aside *a;

	while ((a = first_at(f, service, place)) != NULL &&
	       f->f->broken[0] == '\0') {
		a->done = true;
		ask(f, a, str_is(a->action, "dropped") ? "drop" : "retry");
	}
}

static void
fold_service(struct fold *f, size_t s)
{
	const char *name = services[s]->name;
	int64_t place = -1;

	f->f->instance[s].wanted = true;
	while (place < INT64_MAX && f->f->broken[0] == '\0') {
		place = next_place(f, name, place + 1);
		f->f->store.fold_to = place;
		f->f->settling = s;
		world_settle(f->f);
		if (place < INT64_MAX)
			see_to(f, name, place);
	}
	f->f->instance[s].told_to_stop = true;
	f->f->instance[s].wanted = false;
	for (int i = 0; i < 1000 && f->f->instance[s].fiber != NULL; i++)
		world_step(f->f);
}

void
fold_check(struct world *w)
{
	struct fold f = { .w = w, .f = xcalloc(1, sizeof(*f.f)) };

	trace_close();
	find_aside(&f);
	the_fold_world = w;
	world_init_folding(f.f, w);
	f.f->fold = &f;
	copy_journal(f.f, w);
	copy_boxes(f.f, w);
	f.f->announced = journal_head(&f.f->store.journal);
	for (size_t s = 0; s < SERVICES && f.f->broken[0] == '\0'; s++)
		fold_service(&f, s);
	if (f.f->broken[0] == '\0')
		compare_all(w, f.f);
	(void)snprintf(w->broken, sizeof(w->broken), "%s", f.f->broken);
	w->counts.steps += f.f->counts.steps;
	world_fini(f.f);
	free(f.f);
	free(f.aside);
	the_world = w;
}
