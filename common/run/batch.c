#include "common/run/inner.h"

#include "common/base/crash.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/rule/step.h"
#include "run_sql.h"

#include <stdio.h>

#define ROWS_JSON_MAX ((size_t)64 * 1024 * 1024)

void
run_send(struct run *r, const char *query, struct args *a)
{
	db_send(r->db, query, a);
	r->n_sent++;
}

/* Locks the slots that nobody else holds, and asks for the time. */
static enum rc
batch_begin(struct run *r, struct err *e)
{
	struct args *a = &r->args[0];
	struct rows *rows;

	memset(r->mine, 0, sizeof(r->mine));
	r->first = INT64_MAX;
	db_begin(r->db);
	args_reset(a);
	args_str(a, str_of(r->desc->name));
	db_send(r->db, Q_run_cursors, a);
	db_send(r->db, Q_run_clock, NULL);
	TRY(db_flush(r->db, e));
	TRY(db_next(r->db, NULL, e));
	TRY(db_next(r->db, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		int64_t slot = rows_i64(rows, i, 0);
		int64_t seq = rows_i64(rows, i, 1);

		must(slot >= 0 && slot < SLOTS);
		r->mine[slot] = true;
		r->cursor[slot] = seq;
		if (seq < r->first)
			r->first = seq;
	}
	rows_free(&rows);
	TRY(db_next(r->db, &rows, e));
	r->now = rows_time(rows, 0, 0);
	r->head = rows_i64(rows, 0, 1);
	rows_free(&rows);
	return RC_OK;
}

/* What a fact inherits from its cause. */
static struct msg_envelope
fact_envelope(struct run *r, const struct run_event *ev,
    const struct emission *em, size_t n)
{
	char number[24], id[ID_TEXT];
	struct str parts[4] = { str_of(r->desc->name), ev->env.source,
		ev->env.id, STR("") };

	(void)snprintf(number, sizeof(number), "%zu", n);
	parts[3] = str_of(number);
	return (struct msg_envelope){
		.id = arena_str(
		    r->arena, str_of(id_derived(parts, ARRAY_LEN(parts), id))),
		.source = arena_printf(r->arena, "/%s", r->desc->name),
		.subject = em->subject,
		.time = ev->at,
		.division = em->division,
		.correlationid = ev->env.correlationid.n > 0
				     ? ev->env.correlationid
				     : ev->env.id,
		.causationid = ev->env.id,
		.traceparent = ev->env.traceparent,
	};
}

static void
apply_one(struct run *r, struct run_event *ev)
{
	struct step s = {
		.registry = r->registry,
		.env = &ev->env,
		.desc = ev->desc,
		.msg = ev->msg,
		.at = ev->at,
		.seq = ev->seq,
		.folder = folder_get(r, ev->casefile),
		.decision = &ev->decision,
		.arena = r->arena,
		.extra = ev->extra,
	};
	size_t n = 0;

	decision_init(&ev->decision);
	ev->applied = machine_apply(r->desc->machine, &s);
	for (const struct emission *em = ev->decision.emissions; em != NULL;
	     em = em->next) {
		struct msg_envelope env = fact_envelope(r, ev, em, n++);

		outbox_put(r, &env, em->desc, em->msg);
	}
}

/* The changed rows of one thing, as one parameter of one statement. */
static void
save_thing(struct run *r, int thing)
{
	const struct thing *t = &r->desc->machine->things[thing];
	struct buf json;
	bool any = false;

	buf_init(&json, ROWS_JSON_MAX);
	for (size_t k = 0; k < r->n_keys; k++)
		for (struct held *h = folder_get(r, r->keys[k])->first;
		     h != NULL; h = h->next) {
			if (h->thing != thing || !h->dirty)
				continue;
			buf_char(&json, any ? ',' : '[');
			msg_json(t->row, h->row, &json);
			any = true;
		}
	buf_char(&json, ']');
	if (any) {
		args_reset(&r->args[0]);
		args_json(&r->args[0], buf_get(&json));
		run_send(r, t->save, &r->args[0]);
	}
	buf_fini(&json);
}

static void
save_parked(struct run *r)
{
	struct args *a = &r->args[0];
	char quoted[LOG_QUOTED];

	for (const struct parked *p = r->parked; p != NULL; p = p->next) {
		args_reset(a);
		args_str(a, str_of(r->desc->name));
		args_i64(a, p->seq);
		args_str(a, p->subject);
		args_str(a, str_of(p->why));
		run_send(r, Q_run_park, a);
		log_event(LEVEL_ERROR, "event.parked", "seq=%lld reason=%s",
		    (long long)p->seq, log_quote(p->why, quoted));
	}
}

static void
save_cursor(struct run *r)
{
	int64_t slots[SLOTS];
	size_t n = 0;

	for (int i = 0; i < SLOTS; i++)
		if (r->mine[i] && r->cursor[i] < r->last)
			slots[n++] = i;
	if (n == 0)
		return;
	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	args_i64(&r->args[0], r->last);
	args_i64s(&r->args[0], slots, n);
	run_send(r, Q_run_advance, &r->args[0]);
}

/* Everything that changed, the facts and COMMIT in one flush. */
static enum rc
batch_commit(struct run *r, struct err *e)
{
	size_t n_hook = 0;

	for (size_t t = 0; t < r->desc->machine->n_things; t++)
		save_thing(r, (int)t);
	save_parked(r);
	deadlines_save(r);
	if (r->desc->finish != NULL && r->n_events > 0)
		TRY(r->desc->finish(r, r->events, r->n_events, &n_hook, e));
	r->n_sent += n_hook;
	if (r->n_sent == 0 && r->outbox.n == 0)
		run_send(r, Q_run_lazy, NULL);
	save_cursor(r);
	outbox_send(r);
	db_commit(r->db);
	r->n_sent++;
	crash_point("before_commit");
	TRY(db_flush(r->db, e));
	crash_point("commit_sent");
	for (; r->n_sent > 0; r->n_sent--)
		TRY(db_next(r->db, NULL, e));
	crash_point("after_commit");
	return RC_OK;
}

static void
batch_reset(struct run *r)
{
	arena_reset(r->arena);
	r->n_events = r->n_keys = r->n_sent = 0;
	r->folders = NULL;
	r->folders_cap = 0;
	r->outbox = (struct outbox){ .n = 0 };
	r->parked = NULL;
	r->reload = false;
}

/*
 * Up to when deadlines may fire: only what no event that this service has
 * not seen could still cancel.  0: not now.
 */
static int64_t
fire_until(const struct run *r)
{
	if (r->first >= r->head)
		return r->now;
	if (clock_mono_ms() - r->fired_ms > FIRE_EVERY_MS &&
	    r->first == r->done_seq)
		return r->done_at - 1;
	return 0;
}

static enum rc
batch_events(struct run *r, struct err *e)
{
	TRY(batch_take(r, e));
	TRY(batch_load(r, e));
	if (r->desc->prepare != NULL && r->n_events > 0)
		TRY(r->desc->prepare(r, r->events, r->n_events, e));
	for (size_t i = 0; i < r->n_events; i++)
		apply_one(r, &r->events[i]);
	/* A limit that is paused and resumed within a batch has no ledger. */
	if (r->n_events > 1 && deadlines_paused(r))
		return err_set(e, RC_GONE, "pauses go one by one");
	return deadlines_resume(r, e);
}

static enum rc
reload_registry(struct run *r, struct err *e)
{
	TRY(run_reload(r, e));
	log_event(LEVEL_INFO, "registry.loaded", "version=\"%.*s\"",
	    STR_ARG(registry_version(r->registry)));
	return RC_OK;
}

static enum rc
batch_work(struct run *r, bool *did, struct err *e)
{
	int64_t until;

	TRY(batch_begin(r, e));
	if (r->first == INT64_MAX) {
		db_rollback(r->db); /* every slot is in other hands */
		return RC_OK;
	}
	r->last = r->first;
	r->last_at = r->done_at;
	until = fire_until(r);
	if (until > 0) {
		TRY(deadlines_fire(r, until, e));
		r->fired_ms = clock_mono_ms();
	}
	if (r->outbox.n > 0)
		crash_point("deadline_fired");
	else
		TRY(batch_events(r, e));
	crash_point("mid_batch");
	*did = r->last > r->first || r->outbox.n > 0 || r->parked != NULL;
	if (!*did) {
		db_rollback(r->db);
		return RC_OK;
	}
	TRY(batch_commit(r, e));
	r->done_seq = r->last;
	r->done_at = r->last_at;
	if (r->outbox.n > 0)
		bell_ring(r->bell);
	return r->reload ? reload_registry(r, e) : RC_OK;
}

/* The database refuses a batch of one for good: put the event aside. */
static enum rc
park_the_one(struct run *r, const struct err *why, bool *did, struct err *e)
{
	struct run_event *ev = &r->events[0];
	struct parked *p = arena_alloc(r->arena, sizeof(*p));

	r->n_events = 0;
	r->n_keys = 0;
	r->outbox.n = 0;
	r->n_sent = 0;
	TRY(batch_begin(r, e));
	must(p != NULL);
	*p = (struct parked){ NULL, ev->seq, ev->casefile, why->text };
	r->parked = p;
	r->last = ev->seq;
	*did = true;
	return batch_commit(r, e);
}

/* Something in it is poison: take the events one by one to find which. */
static enum rc
batch_refused(struct run *r, bool *did, struct err *e)
{
	struct err why = *e;
	char quoted[LOG_QUOTED];
	enum rc rc;

	log_event(LEVEL_WARN, "batch.refused", "events=%zu why=%s", r->n_events,
	    log_quote(why.text, quoted));
	*did = true;
	if (r->singly == 0 || r->n_events != 1) {
		r->singly = BATCH_MAX;
		return RC_OK;
	}
	rc = park_the_one(r, &why, did, e);
	if (rc != RC_OK)
		db_rollback(r->db);
	return rc;
}

enum rc
batch_run(struct run *r, bool *did, struct err *e)
{
	enum rc rc;

	*did = false;
	batch_reset(r);
	rc = batch_work(r, did, e);
	if (rc != RC_OK)
		db_rollback(r->db);
	if (rc == RC_GONE && r->n_events > 1) {
		/* These events want a batch each. */
		r->singly = r->n_events + 1;
		*did = true;
		rc = RC_OK;
	} else if (rc == RC_REJECT) {
		rc = batch_refused(r, did, e);
	}
	if (r->singly > 0 && *did)
		r->singly--;
	return rc;
}
