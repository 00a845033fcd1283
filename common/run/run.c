#include "common/run/inner.h"

#include "common/base/log.h"
#include "common/base/signals.h"
#include "common/db/migrations.h"
#include "common/run/things.h"
#include "run_sql.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

/* Nobody rang for so long: look whether the bell was lost. */
#define IDLE_MS 200
#define SEEN_MS 2000
#define STRETCH_MS 500
#define ERRANDS_MAX 100
#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 2000

struct db *
run_db(struct run *r)
{
	return r->db;
}

const struct conf *
run_conf(const struct run *r)
{
	return &r->conf;
}

const struct registry *
run_registry(const struct run *r)
{
	return r->registry;
}

struct arena *
run_arena(struct run *r)
{
	return r->arena;
}

bool
run_is_replay(const struct run *r)
{
	return r->replay != NULL;
}

void
run_set_private(struct run *r, void *p)
{
	r->private = p;
}

void *
run_private(const struct run *r)
{
	return r->private;
}

/* A sign of life; tells how many instances there are. */
static enum rc
seen(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct args *a = &r->args[3];

	args_reset(a);
	args_str(a, str_of(r->desc->name));
	args_i64(a, getpid());
	args_i64(a, r->n_taken);
	args_i64(a, r->n_said);
	args_i64(a, r->n_fired);
	TRY(db_exec(r->db, Q_run_seen, a, &rows, e));
	r->n_crew = rows_i64(rows, 0, 0) + 1;
	return RC_OK;
}

static enum rc
gone(struct run *r, struct err *e)
{
	args_reset(&r->args[3]);
	args_str(&r->args[3], str_of(r->desc->name));
	args_i64(&r->args[3], getpid());
	return db_exec(r->db, Q_run_gone, &r->args[3], NULL, e);
}

/* The old county stays in use until the new one is there. */
enum rc
run_reload(struct run *r, int64_t seq, struct err *e)
{
	struct registry *fresh = NULL;

	TRY(registry_load_at(&fresh, r->db, seq, e));
	registry_free(&r->registry);
	r->registry = fresh;
	return RC_OK;
}

static enum rc
make_ready(struct run *r, struct err *e)
{
	TRY(db_open(&r->db, r->conf.db, r->desc->name, e));
	TRY(db_check_schema(r->db, e));
	TRY(run_prepare(r->db, r->desc, e));
	TRY(run_reload(r, INT64_MAX, e));
	return seen(r, e);
}

/* A connection is either ready or not there at all. */
static enum rc
connect_db(struct run *r, struct err *e)
{
	enum rc rc;

	db_close(&r->db);
	ahead_drop(r); /* another server may have another history */
	rc = make_ready(r, e);
	if (rc != RC_OK)
		db_close(&r->db);
	return rc;
}

static enum rc
open_bus(struct run *r, struct err *e)
{
	TRY(feed_open(&r->feed, r->conf.live, e));
	return bell_open(&r->bell, r->conf.ring, e);
}

static bool
is_told_to_stop(struct signals *told)
{
	zmq_pollitem_t item = { NULL, told->fd, ZMQ_POLLIN, 0 };

	return told->stop || (zmq_poll(&item, 1, 0) > 0 && signals_turn(told));
}

/*
 * Waits, with jitter, longer each time; true when told to stop instead.
 * Whoever asks meanwhile is told that we live, and why we cannot work.
 */
static bool
back_off(struct run *r, struct signals *told)
{
	zmq_pollitem_t items[] = {
		{ NULL, told->fd, ZMQ_POLLIN, 0 },
		{ NULL, health_socket(r->health), ZMQ_POLLIN, 0 },
	};
	int n_items = r->health != NULL ? 2 : 1;
	int64_t ms = r->backoff_ms > 0 ? r->backoff_ms : BACKOFF_MIN_MS, until;

	r->backoff_ms = ms * 2 < BACKOFF_MAX_MS ? ms * 2 : BACKOFF_MAX_MS;
	ms = ms / 2 + (int64_t)randombytes_uniform((uint32_t)ms);
	until = clock_mono_ms() + ms;
	for (; ms > 0 && !told->stop; ms = until - clock_mono_ms()) {
		if (zmq_poll(items, n_items, (long)ms) > 0)
			(void)signals_turn(told);
		health_turn(r->health);
		notify_alive(&r->notify);
	}
	return told->stop;
}

/*
 * Batch after batch, while there is work, but not for ever at a stretch.
 * What came in during the last look, which found nothing, is work.
 */
static enum rc
drain(struct run *r, struct signals *told, struct err *e)
{
	int64_t until = clock_mono_ms() + STRETCH_MS;
	bool did = true;
	enum rc rc = RC_OK;

	while (did && rc == RC_OK && clock_mono_ms() < until &&
	       !is_told_to_stop(told)) {
		int64_t from = clock_mono_ms();

		rc = batch_run(r, &did, e);
		if (did && rc == RC_OK)
			metric_took(&r->batch_times, clock_mono_ms() - from);
		did = feed_pump(r->feed) || did;
	}
	if (rc == RC_OK)
		r->backoff_ms = 0;
	r->more = did;
	return rc;
}

/* Parked events that are due for another try, or that somebody asks for. */
static enum rc
errands(struct run *r, struct signals *told, struct err *e)
{
	bool did = true;

	for (int n = 0; n < ERRANDS_MAX && did && !is_told_to_stop(told); n++)
		TRY(errand_run(r, &did, e));
	return RC_OK;
}

/* Is there work that nobody rings for? */
static enum rc
probe(struct run *r, bool *work, bool *errand, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	args_reset(&r->args[3]);
	args_str(&r->args[3], str_of(r->desc->name));
	TRY(db_exec(r->db, Q_run_probe, &r->args[3], &rows, e));
	*work = rows_bool(rows, 0, 0);
	*errand = rows_bool(rows, 0, 1);
	return RC_OK;
}

static enum rc
turn(struct run *r, struct signals *told, bool rang, struct err *e)
{
	bool work = rang, errand = false;

	if (!rang || clock_mono_ms() - r->probed_ms >= IDLE_MS) {
		TRY(probe(r, &work, &errand, e));
		r->probed_ms = clock_mono_ms();
	}
	if (errand)
		TRY(errands(r, told, e));
	if (work || rang)
		TRY(drain(r, told, e));
	if (clock_mono_ms() - r->seen_ms < SEEN_MS)
		return RC_OK;
	r->seen_ms = clock_mono_ms();
	TRY(db_exec(r->db, Q_run_replan, NULL, NULL, e));
	TRY(watch_look(r, e));
	return seen(r, e);
}

/* What went wrong, and whether to go on. */
static bool
survive(struct run *r, enum rc rc, const struct err *why, struct signals *told)
{
	struct err e;

	if (rc == RC_OK || rc == RC_GONE)
		return true;
	log_why(rc == RC_RETRY ? LEVEL_WARN : LEVEL_ERROR, "turn.failed",
	    why->text);
	r->n_failed++;
	metric_database_error(&r->db_errors, why->text);
	if (rc != RC_RETRY)
		return false;
	if (back_off(r, told))
		return true; /* the loop stops at its end */
	if (r->db == NULL || !db_alive(r->db)) {
		rc = connect_db(r, &e);
		if (rc == RC_FATAL)
			log_why(LEVEL_ERROR, "database.refused", e.text);
		return rc != RC_FATAL;
	}
	return true;
}

int
run_loop(struct run *r, struct signals *told)
{
	zmq_pollitem_t items[] = {
		{ feed_socket(r->feed), 0, ZMQ_POLLIN, 0 },
		{ NULL, told->fd, ZMQ_POLLIN, 0 },
		{ NULL, health_socket(r->health), ZMQ_POLLIN, 0 },
	};
	int n_items = r->health != NULL ? 3 : 2;
	struct err e = { .rc = RC_OK };
	bool rang = true;
	enum rc rc;

	for (;;) {
		if (r->db == NULL || !db_alive(r->db))
			rc = err_set(&e, RC_RETRY, "no database");
		else
			rc = turn(r, told, rang, &e);
		if (!survive(r, rc, &e, told))
			return RUN_BROKEN;
		items[0].socket = feed_socket(r->feed);
		if (zmq_poll(items, n_items, r->more ? 0 : IDLE_MS) < 0 &&
		    errno != EINTR)
			return RUN_BROKEN;
		health_turn(r->health);
		log_repeats();
		notify_alive(&r->notify);
		if (is_told_to_stop(told))
			return RUN_CLEAN;
		if (told->reload)
			conf_reload(&r->conf);
		told->reload = false;
		rang = feed_pump(r->feed) || r->more;
	}
}

void
run_close(struct run *r)
{
	struct err ignored;

	if (r->db != NULL && db_alive(r->db) && gone(r, &ignored) != RC_OK)
		log_event(LEVEL_DEBUG, "instance.left_behind", "%s", "");
	if (r->desc->close != NULL)
		r->desc->close(r);
	health_close(&r->health);
	bell_close(&r->bell);
	feed_close(&r->feed);
	registry_free(&r->registry);
	ahead_drop(r);
	db_close(&r->db);
	arena_free(&r->arena);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_fini(&r->args[i]);
}

/* The first connection may take a while: the server may be starting. */
static enum rc
connect_patiently(struct run *r, struct signals *told, struct err *e)
{
	int64_t give_up = clock_mono_ms() + 30000;
	enum rc rc;

	while ((rc = connect_db(r, e)) == RC_RETRY && clock_mono_ms() < give_up)
		if (back_off(r, told))
			return err_set(e, RC_GONE, "told to stop");
	return rc;
}

enum rc
run_open(struct run *r, struct signals *told, struct err *e)
{
	r->arena = arena_new(BATCH_ARENA);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_init(&r->args[i]);
	TRY(watch_open(r, e));
	TRY(open_bus(r, e));
	TRY(connect_patiently(r, told, e));
	return r->desc->open != NULL ? r->desc->open(r, e) : RC_OK;
}
