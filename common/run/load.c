#include "common/run/inner.h"

#include "run_sql.h"

#include <stdio.h>

struct str
run_number(struct str division, int64_t at, int64_t seq, struct arena *arena)
{
	struct str county = registry_county_of(division);
	int year, month, day;

	clock_date_of(clock_day(at), &year, &month, &day);
	/* Without a division it still needs a place to be refused in. */
	if (county.n != 6)
		county = STR("000000");
	return arena_printf(arena, "%.*s-%02d-%07lld", STR_ARG(county),
	    year % 100, (long long)seq);
}

struct folder *
folder_get(struct run *r, struct str casefile)
{
	size_t i = str_hash(casefile) & (r->folders_cap - 1);

	while (r->folders[i].casefile.n > 0 &&
	       !str_eq(r->folders[i].casefile, casefile))
		i = (i + 1) & (r->folders_cap - 1);
	return &r->folders[i];
}

struct folder *
run_folder(struct run *r, struct str casefile)
{
	struct folder *f = folder_get(r, casefile);

	return f->casefile.n > 0 ? f : NULL;
}

static void
folder_open(struct run *r, struct str casefile)
{
	struct folder *f = folder_get(r, casefile);

	if (f->casefile.n > 0)
		return;
	f->casefile = casefile;
	r->keys[r->n_keys++] = casefile;
}

/* To be written with the rest of the transaction. */
static void
park(struct run *r, int64_t seq, struct str subject, const char *why)
{
	struct parked *p = arena_alloc(r->arena, sizeof(*p));

	must(p != NULL);
	*p = (struct parked){ r->parked, seq, subject, why };
	r->parked = p;
}

/* Decodes one event of the journal if this service listens to it. */
static void
take_one(struct run *r, const struct feed_event *fe)
{
	struct run_event *ev = &r->events[r->n_events];
	struct faults faults;

	if (!r->mine[fe->slot] || fe->seq <= r->cursor[fe->slot])
		return;
	*ev = (struct run_event){
		.seq = fe->seq, .at = fe->at, .slot = fe->slot
	};
	faults_init(&faults);
	if (envelope_decode(arena_str(r->arena, fe->envelope), MSG_LENIENT,
		&ev->env, &faults) != RC_OK) {
		park(r, fe->seq, (struct str){ NULL, 0 },
		    "the envelope cannot be read");
		faults_fini(&faults);
		return;
	}
	ev->desc = msg_find(ev->env.type);
	if (ev->desc == &msg_registry_changed_desc)
		r->reload = true;
	if (ev->desc == NULL || !machine_listens(r->desc->machine, ev->desc)) {
		faults_fini(&faults);
		return;
	}
	ev->casefile = ev->env.subject.n > 0 ? ev->env.subject
					     : run_number(ev->env.division,
						   fe->at, fe->seq, r->arena);
	ev->msg = arena_alloc(r->arena, ev->desc->size);
	must(ev->msg != NULL);
	if (msg_decode(ev->desc, ev->env.data, MSG_LENIENT, ev->msg, r->arena,
		&faults) != RC_OK)
		park(r, fe->seq, ev->casefile, "the message cannot be read");
	else
		r->n_events++;
	faults_fini(&faults);
}

static bool
batch_full(const struct run *r)
{
	return r->reload || r->n_events == (r->singly > 0 ? 1 : BATCH_MAX) ||
	       arena_used(r->arena) > BATCH_ARENA / 4;
}

static void
reached(struct run *r, const struct feed_event *fe)
{
	r->last = fe->seq;
	r->last_at = fe->at;
}

/* The journal, where the window does not reach back far enough. */
static enum rc
take_from_journal(struct run *r, struct err *e)
{
	struct rows *rows = NULL;
	struct args *a = &r->args[0];

	args_reset(a);
	args_i64(a, r->first);
	args_i64(a, 1000);
	TRY(db_exec(r->db, Q_run_events, a, &rows, e));
	for (size_t i = 0; i < rows_n(rows) && !batch_full(r); i++) {
		struct feed_event fe = {
			.seq = rows_i64(rows, i, 0),
			.at = rows_time(rows, i, 1),
			.slot = (int)rows_i64(rows, i, 2),
			.envelope = rows_str(rows, i, 3),
		};

		take_one(r, &fe);
		reached(r, &fe);
	}
	rows_free(&rows);
	return RC_OK;
}

/* A slot whose cursor lies inside the window is served from memory. */
enum rc
batch_take(struct run *r, struct err *e)
{
	int64_t first, last;

	r->last = r->first;
	if (r->head <= r->first)
		return RC_OK;
	if (!feed_window(r->feed, &first, &last) || first > r->first + 1 ||
	    last <= r->first)
		return take_from_journal(r, e);
	/* Not past the head that this transaction saw. */
	if (last > r->head)
		last = r->head;
	for (int64_t seq = r->first + 1; seq <= last && !batch_full(r); seq++) {
		struct feed_event fe = feed_get(r->feed, seq);

		take_one(r, &fe);
		reached(r, &fe);
	}
	return RC_OK;
}

static void
folders_make(struct run *r)
{
	size_t cap = 16;

	while (cap < 2 * r->n_events + 2)
		cap *= 2;
	r->folders = arena_alloc(r->arena, cap * sizeof(*r->folders));
	r->keys = arena_alloc(r->arena, (r->n_events + 1) * sizeof(*r->keys));
	must(r->folders != NULL && r->keys != NULL);
	r->folders_cap = cap;
	r->n_keys = 0;
	for (size_t i = 0; i < r->n_events; i++)
		folder_open(r, r->events[i].casefile);
}

static void
take_row(struct run *r, int thing, const struct rows *rows, size_t i)
{
	const struct msg_desc *d = r->desc->machine->things[thing].row;
	struct row_head *row = arena_alloc(r->arena, d->size);
	struct held *h = arena_alloc(r->arena, sizeof(*h));
	struct folder *f;

	must(row != NULL && h != NULL);
	rows_decode(rows, i, d, row, r->arena);
	/* A merged report lies with its casefile, and is found by its own. */
	f = folder_get(r, row->casefile);
	if (f->casefile.n == 0)
		f = folder_get(r, row->id);
	if (f->casefile.n == 0)
		return;
	*h = (struct held){ .thing = thing, .row = row };
	if (f->last != NULL)
		f->last->next = h;
	else
		f->first = h;
	f->last = h;
}

/* Is EV's casefile held up, by an earlier batch or by this one? */
static bool
is_held_up(
    const struct run *r, const struct rows *rows, const struct run_event *ev)
{
	for (size_t i = 0; i < rows_n(rows); i++)
		if (str_eq(rows_str(rows, i, 0), ev->casefile))
			return true;
	for (const struct parked *p = r->parked; p != NULL; p = p->next)
		if (p->seq < ev->seq && str_eq(p->subject, ev->casefile))
			return true;
	return false;
}

/* A poison event holds up its own casefile, and no other. */
static void
forget_parked(struct run *r, const struct rows *rows)
{
	size_t kept = 0;

	for (size_t k = 0; k < r->n_events; k++)
		if (is_held_up(r, rows, &r->events[k]))
			park(r, r->events[k].seq, r->events[k].casefile,
			    "behind a parked event");
		else
			r->events[kept++] = r->events[k];
	r->n_events = kept;
}

/* One query a table, all in one round trip. */
enum rc
batch_load(struct run *r, struct err *e)
{
	const struct machine *m = r->desc->machine;
	struct args *a = &r->args[0];
	struct rows *rows;

	folders_make(r);
	if (r->n_events == 0)
		return RC_OK;
	args_reset(a);
	args_strs(a, r->keys, r->n_keys);
	for (size_t t = 0; t < m->n_things; t++)
		run_send(r, m->things[t].load, a);
	args_reset(&r->args[1]);
	args_str(&r->args[1], str_of(r->desc->name));
	args_strs(&r->args[1], r->keys, r->n_keys);
	run_send(r, Q_run_parked, &r->args[1]);
	TRY(db_flush(r->db, e));
	for (size_t t = 0; t < m->n_things; t++, r->n_sent--) {
		TRY(db_next(r->db, &rows, e));
		for (size_t i = 0; i < rows_n(rows); i++)
			take_row(r, (int)t, rows, i);
		rows_free(&rows);
	}
	r->n_sent--;
	TRY(db_next(r->db, &rows, e));
	if (rows_n(rows) > 0 || r->parked != NULL)
		forget_parked(r, rows);
	rows_free(&rows);
	return RC_OK;
}
