/* What a batch works on: every row of the casefiles that it touches. */
#include "common/run/inner.h"

#include "run_sql.h"

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
	folder_put(f, h);
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
		if (p->seq < ev->seq && str_eq(p->casefile, ev->casefile))
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
			batch_park(r, r->events[k].seq, r->events[k].casefile,
			    PARK_BEHIND, "behind a parked event");
		else
			r->events[kept++] = r->events[k];
	r->n_events = kept;
}

/* Last of the round trip's queries: which of the casefiles are held up? */
static enum rc
load_parked(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	r->n_sent--;
	TRY(db_next(r->db, &rows, e));
	/* An errand is about the very casefile that is held up. */
	if (r->errand == NULL && (rows_n(rows) > 0 || r->parked != NULL))
		forget_parked(r, rows);
	return RC_OK;
}

/* One query a table, all in one round trip. */
enum rc
batch_load(struct run *r, struct err *e)
{
	const struct machine *m = r->desc->machine;
	struct args *a = &r->args[0];

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
		AUTO(rows_free) struct rows *rows = NULL;

		TRY(db_next(r->db, &rows, e));
		for (size_t i = 0; i < rows_n(rows); i++)
			take_row(r, (int)t, rows, i);
	}
	return load_parked(r, e);
}
