#include "common/run/inner.h"

#include "common/base/crash.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/rule/step.h"
#include "run_sql.h"

#include <stdio.h>

/* When limits that the database refused are tried again. */
#define FIRE_AGAIN_MS 5000
/* So often a batch is tried as it is when the server has hiccups. */
#define TRIES_IN_PLACE 3
#define ROWS_JSON_MAX ((size_t)64 * 1024 * 1024)

void
run_send(struct run *r, const char *query, struct args *a)
{
	db_send(r->db, query, a);
	r->n_sent++;
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
apply_one(struct run *r, size_t i)
{
	struct run_event *ev = &r->events[i];
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
	};
	size_t n = 0;

	decision_init(&ev->decision);
	if (r->desc->look != NULL)
		r->desc->look(r, r->events, r->n_events, i);
	s.extra = ev->extra;
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

enum rc
batch_commit(struct run *r, struct err *e)
{
	size_t n_hook = 0;

	for (size_t t = 0; t < r->desc->machine->n_things; t++)
		save_thing(r, (int)t);
	parked_save(r);
	deadlines_save(r);
	if (r->replay != NULL)
		replay_limits(r);
	deadlines_mark(r);
	errand_save(r);
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
	watch_batch(r);
	r->n_taken += (int64_t)r->n_events;
	r->n_said += (int64_t)r->outbox.n;
	if (r->outbox.n > 0 && r->bell != NULL)
		bell_ring(r->bell);
	return RC_OK;
}

void
batch_reset(struct run *r)
{
	arena_reset(r->arena);
	r->n_events = r->n_keys = r->n_sent = 0;
	r->folders = NULL;
	r->folders_cap = 0;
	r->outbox = (struct outbox){ .n = 0 };
	r->parked = NULL;
}

/*
 * Lets run out what has.  Up to when: only what no event that this service
 * has not seen could still cancel.
 */
static enum rc
fire(struct run *r, struct err *e)
{
	size_t said = r->outbox.n;
	bool behind = r->first < r->head, moved = false;

	/* A replay finds in the journal what has run out. */
	if (r->replay != NULL || clock_mono_ms() < r->fire_after_ms)
		return RC_OK;
	if (!behind)
		TRY(deadlines_fire(r, r->now, false, &moved, e));
	/* Neither very many that are late nor very many that come may stop it.
	 */
	if (behind || moved) {
		if (clock_mono_ms() - r->fired_ms <= FIRE_EVERY_MS ||
		    r->first != r->done_seq)
			return RC_OK;
		TRY(deadlines_fire(r, r->done_at - 1,
		    r->head - r->first > FIRE_BEHIND, NULL, e));
	}
	r->fired_ms = clock_mono_ms();
	r->n_fired += (int64_t)(r->outbox.n - said);
	return RC_OK;
}

static bool
recounts(const struct run *r)
{
	size_t i = 0;

	while (i < r->n_events && !recount_is(&r->events[i]))
		i++;
	return i < r->n_events;
}

enum rc
batch_apply(struct run *r, struct err *e)
{
	if (r->desc->prepare != NULL && r->n_events > 0)
		TRY(r->desc->prepare(r, r->events, r->n_events, e));
	for (size_t i = 0; i < r->n_events; i++)
		apply_one(r, i);
	/*
	 * A limit that is paused and resumed within a batch has no ledger; one
	 * that is armed and counted again, no row.
	 */
	if (r->n_events > 1 && (deadlines_paused(r) || recounts(r)))
		return err_set(e, RC_GONE, "pauses go one by one");
	TRY(deadlines_rehome(r, e));
	TRY(deadlines_resume(r, e));
	return recount_limits(r, e);
}

static enum rc
batch_events(struct run *r, struct err *e)
{
	TRY(batch_take(r, e));
	TRY(batch_load(r, e));
	return batch_apply(r, e);
}

static enum rc
batch_work(struct run *r, bool *did, struct err *e)
{
	bool fits = true;

	TRY(batch_begin(r, -1, e));
	if (r->first == INT64_MAX) {
		db_rollback(r->db); /* nothing to do, or in other hands */
		return RC_OK;
	}
	TRY(batch_registry(r, &fits, e));
	*did = !fits;
	if (!fits)
		return RC_OK;
	r->last_at = r->done_at;
	TRY(fire(r, e));
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
	return RC_OK;
}

/* It fails every time, and alone: put the event aside. */
static enum rc
park_the_one(
    struct run *r, enum park_kind kind, const struct err *why, struct err *e)
{
	const struct run_event *ev = &r->events[0];
	int64_t was = r->cursor[ev->slot];

	must(r->parked == NULL);
	r->n_events = 0;
	r->n_keys = 0;
	r->outbox.n = 0;
	r->n_sent = 0;
	TRY(batch_begin(r, ev->slot, e));
	/* Unless another instance was faster. */
	if (!r->mine[ev->slot] || r->cursor[ev->slot] != was) {
		db_rollback(r->db);
		return RC_OK;
	}
	batch_park(r, ev->seq, ev->casefile, kind, why->text);
	r->parked->trace = ev->env.traceparent;
	r->last = ev->seq;
	return batch_commit(r, e);
}

/* Something in it is poison: take the events one by one to find which. */
static enum rc
batch_refused(struct run *r, enum park_kind kind, struct err *e)
{
	struct err why = *e;
	char quoted[LOG_QUOTED];
	enum rc rc;

	log_event(LEVEL_WARN, "batch.refused", "events=%zu why=%s", r->n_events,
	    log_quote(why.text, quoted));
	r->tries = 0;
	if (r->singly == 0 || r->n_events != 1) {
		r->singly = BATCH_MAX;
		return RC_OK;
	}
	rc = park_the_one(r, kind, &why, e);
	if (rc != RC_OK)
		db_rollback(r->db);
	return rc;
}

/* The transaction is rolled back; RC is why. */
static enum rc
batch_failed(struct run *r, enum rc rc, bool *did, struct err *e)
{
	bool some = r->n_events > 0;

	*did = false;
	if (rc == RC_GONE) {
		/* These events want a batch each, or a little time. */
		*did = r->n_events > 1;
		if (*did)
			r->singly = r->n_events + 1;
		else
			r->wide = BATCH_MAX;
		return RC_OK;
	}
	/* Limits that cannot run out hold nobody up but themselves. */
	if (rc == RC_REJECT && r->outbox.n > 0 && !some) {
		log_why(LEVEL_ERROR, "deadlines.refused", e->text);
		r->fire_after_ms = clock_mono_ms() + FIRE_AGAIN_MS;
		*did = true;
		return RC_OK;
	}
	/* What fails without the server being away may be the event's. */
	if (rc == RC_RETRY &&
	    (!some || !db_alive(r->db) || ++r->tries < TRIES_IN_PLACE))
		return rc;
	if (rc == RC_FATAL)
		return rc;
	*did = some;
	return some ? batch_refused(
			  r, rc == RC_RETRY ? PARK_TRANSIENT : PARK_REFUSED, e)
		    : rc;
}

enum rc
batch_run(struct run *r, bool *did, struct err *e)
{
	enum rc rc;

	*did = false;
	batch_reset(r);
	rc = batch_work(r, did, e);
	if (rc == RC_OK) {
		r->tries = 0;
	} else {
		db_rollback(r->db);
		rc = batch_failed(r, rc, did, e);
	}
	if (r->singly > 0 && *did)
		r->singly--;
	if (r->wide > 0 && *did)
		r->wide--;
	return rc;
}
