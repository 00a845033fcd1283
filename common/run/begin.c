/* The beginning of a batch: which slots it may work on, and since when. */
#include "common/run/inner.h"

#include "common/base/log.h"
#include "run_sql.h"

/*
 * With several instances each takes its share, the hindmost slots first; all
 * that it can get when an event waits for the slots that it has left.
 */
static int64_t
share(const struct run *r)
{
	int64_t n = r->n_crew > 1 && r->wide == 0 ? r->n_crew : 1;

	return (SLOTS + n - 1) / n;
}

static void
send_cursors(struct run *r, int slot)
{
	struct args *a = &r->args[0];

	args_reset(a);
	args_str(a, str_of(r->desc->name));
	if (!r->desc->whole) {
		args_i64(a, share(r));
		args_i64(a, slot);
	}
	db_send(r->db, r->desc->whole ? Q_run_whole : Q_run_cursors, a);
}

static void
take_cursors(struct run *r, const struct rows *rows)
{
	memset(r->mine, 0, sizeof(r->mine));
	r->first = INT64_MAX;
	for (size_t i = 0; i < rows_n(rows); i++) {
		int64_t slot = rows_i64(rows, i, 0);
		int64_t seq = rows_i64(rows, i, 1);

		must(slot >= 0 && slot < SLOTS);
		r->mine[slot] = true;
		r->cursor[slot] = seq;
		if (seq < r->first)
			r->first = seq;
	}
}

enum rc
batch_begin(struct run *r, int slot, struct err *e)
{
	AUTO(rows_free) struct rows *cursors = NULL;
	AUTO(rows_free) struct rows *clock = NULL;

	r->first = INT64_MAX;
	db_begin(r->db);
	send_cursors(r, slot);
	db_send(r->db, Q_run_clock, NULL);
	TRY(db_flush(r->db, e));
	TRY(db_next(r->db, NULL, e));
	TRY(db_next(r->db, &cursors, e));
	TRY(db_next(r->db, &clock, e));
	take_cursors(r, cursors);
	r->now = rows_time(clock, 0, 0);
	r->head = rows_i64(clock, 0, 1);
	r->packs = rows_i64(clock, 0, 2);
	r->epoch = rows_i64(clock, 0, 3);
	r->last = r->first;
	return RC_OK;
}

enum rc
batch_registry(struct run *r, bool *fits, struct err *e)
{
	int64_t until;

	*fits = registry_fits(r->registry, r->first, r->packs);
	if (!*fits) {
		db_rollback(r->db);
		TRY(run_reload(r, r->first, e));
		log_event(r->replay != NULL ? LEVEL_DEBUG : LEVEL_INFO,
		    "registry.loaded", "version=\"%.*s\"",
		    STR_ARG(registry_version(r->registry)));
		return RC_OK;
	}
	/* Slots that are past the next pack wait for those before it. */
	until = registry_until(r->registry);
	for (int i = 0; i < SLOTS; i++)
		r->mine[i] = r->mine[i] && r->cursor[i] < until;
	return RC_OK;
}

enum rc
run_await_before(
    struct run *r, const struct run_event *ev, size_t place, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	if (place > 0)
		return err_set(e, RC_GONE,
		    "%s begins a batch; what is before it goes first",
		    ev->desc->type);
	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	args_i64(&r->args[0], ev->seq - 1);
	TRY(db_exec(r->db, Q_run_behind, &r->args[0], &rows, e));
	if (rows_i64(rows, 0, 0) > 0)
		return err_set(e, RC_GONE,
		    "%s waits for %lld slots in other hands", ev->desc->type,
		    (long long)rows_i64(rows, 0, 0));
	return RC_OK;
}
