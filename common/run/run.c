#include "common/run/inner.h"

#include "common/base/log.h"
#include "common/base/signals.h"
#include "common/db/migrations.h"
#include "common/run/things.h"
#include "run_sql.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Nobody rang for so long: look whether the bell was lost. */
#define IDLE_MS 200
#define SEEN_MS 2000
#define STRETCH_MS 500
#define ERRANDS_MAX 100
#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 2000

/* What sysadmin conventions (s6) expect of exit codes. */
enum {
	EXIT_CLEAN = 0,
	EXIT_BROKEN = 1,
	EXIT_USAGE = 100
};

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

/* Waits, with jitter, longer each time; true when told to stop instead. */
static bool
back_off(struct run *r, int sigfd)
{
	zmq_pollitem_t item = { NULL, sigfd, ZMQ_POLLIN, 0 };
	int64_t ms = r->backoff_ms > 0 ? r->backoff_ms : BACKOFF_MIN_MS;

	r->backoff_ms = ms * 2 < BACKOFF_MAX_MS ? ms * 2 : BACKOFF_MAX_MS;
	ms = ms / 2 + (int64_t)randombytes_uniform((uint32_t)ms);
	return zmq_poll(&item, 1, (long)ms) > 0;
}

static bool
is_told_to_stop(int sigfd)
{
	zmq_pollitem_t item = { NULL, sigfd, ZMQ_POLLIN, 0 };

	return zmq_poll(&item, 1, 0) > 0;
}

/*
 * Batch after batch, while there is work, but not for ever at a stretch.
 * What came in during the last look, which found nothing, is work.
 */
static enum rc
drain(struct run *r, int sigfd, struct err *e)
{
	int64_t until = clock_mono_ms() + STRETCH_MS;
	bool did = true;
	enum rc rc = RC_OK;

	while (did && rc == RC_OK && clock_mono_ms() < until &&
	       !is_told_to_stop(sigfd)) {
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
errands(struct run *r, int sigfd, struct err *e)
{
	bool did = true;

	for (int n = 0; n < ERRANDS_MAX && did && !is_told_to_stop(sigfd); n++)
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
turn(struct run *r, int sigfd, bool rang, struct err *e)
{
	bool work = rang, errand = false;

	if (!rang || clock_mono_ms() - r->probed_ms >= IDLE_MS) {
		TRY(probe(r, &work, &errand, e));
		r->probed_ms = clock_mono_ms();
	}
	if (errand)
		TRY(errands(r, sigfd, e));
	if (work || rang)
		TRY(drain(r, sigfd, e));
	if (clock_mono_ms() - r->seen_ms < SEEN_MS)
		return RC_OK;
	r->seen_ms = clock_mono_ms();
	TRY(db_exec(r->db, Q_run_replan, NULL, NULL, e));
	TRY(watch_look(r, e));
	return seen(r, e);
}

/* What went wrong, and whether to go on. */
static bool
survive(struct run *r, enum rc rc, const struct err *why, int sigfd)
{
	struct err e;

	if (rc == RC_OK || rc == RC_GONE)
		return true;
	log_why(rc == RC_RETRY ? LEVEL_WARN : LEVEL_ERROR, "turn.failed",
	    why->text);
	r->n_failed++;
	if (rc != RC_RETRY)
		return false;
	if (back_off(r, sigfd))
		return true; /* the loop stops at its end */
	if (r->db == NULL || !db_alive(r->db)) {
		rc = connect_db(r, &e);
		if (rc == RC_FATAL)
			log_why(LEVEL_ERROR, "database.refused", e.text);
		return rc != RC_FATAL;
	}
	return true;
}

static int
loop(struct run *r, int sigfd)
{
	zmq_pollitem_t items[] = {
		{ feed_socket(r->feed), 0, ZMQ_POLLIN, 0 },
		{ NULL, sigfd, ZMQ_POLLIN, 0 },
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
			rc = turn(r, sigfd, rang, &e);
		if (!survive(r, rc, &e, sigfd))
			return EXIT_BROKEN;
		items[0].socket = feed_socket(r->feed);
		if (zmq_poll(items, n_items, r->more ? 0 : IDLE_MS) < 0 &&
		    errno != EINTR)
			return EXIT_BROKEN;
		health_turn(r->health);
		if ((items[1].revents & ZMQ_POLLIN) != 0)
			return EXIT_CLEAN;
		rang = feed_pump(r->feed) || r->more;
	}
}

static void
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
connect_patiently(struct run *r, int sigfd, struct err *e)
{
	int64_t give_up = clock_mono_ms() + 30000;
	enum rc rc;

	while ((rc = connect_db(r, e)) == RC_RETRY && clock_mono_ms() < give_up)
		if (back_off(r, sigfd))
			return err_set(e, RC_GONE, "told to stop");
	return rc;
}

static enum rc
run_open(struct run *r, int sigfd, struct err *e)
{
	r->arena = arena_new(BATCH_ARENA);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_init(&r->args[i]);
	TRY(watch_open(r, e));
	TRY(open_bus(r, e));
	TRY(connect_patiently(r, sigfd, e));
	return r->desc->open != NULL ? r->desc->open(r, e) : RC_OK;
}

static int
usage(const struct run_desc *desc, bool asked)
{
	(void)fprintf(asked ? stdout : stderr,
	    "usage: %s [-n]\n\n"
	    "The %s service.  Settings come from the environment.\n"
	    "  -n      print the settings, check them, and exit\n"
	    "  --help  this text\n",
	    desc->name, desc->name);
	return asked ? EXIT_CLEAN : EXIT_USAGE;
}

static int
serve(struct run *r)
{
	struct err e;
	int sigfd = signals_open(), code = EXIT_BROKEN;
	enum rc rc = run_open(r, sigfd, &e);

	if (rc == RC_OK) {
		log_event(LEVEL_INFO, "service.started", "version=\"%.*s\"",
		    STR_ARG(registry_version(r->registry)));
		code = loop(r, sigfd);
		log_event(LEVEL_INFO, "service.stopped", "%s", "");
	} else if (rc == RC_GONE) {
		code = EXIT_CLEAN;
	} else {
		log_why(LEVEL_ERROR, "service.failed", e.text);
	}
	run_close(r);
	(void)close(sigfd);
	return code;
}

int
run_main(const struct run_desc *desc, int argc, char **argv)
{
	struct run *r = xcalloc(1, sizeof(*r));
	struct err e;
	int code;

	r->desc = desc;
	zsys_handler_set(NULL); /* signals are ours */
	log_init(desc->name, LEVEL_INFO);
	if (sodium_init() < 0)
		never("no randomness");
	if (argc > 1 && strcmp(argv[1], "-n") != 0) {
		code = usage(desc, strcmp(argv[1], "--help") == 0);
	} else if (conf_load(&r->conf, &e) != RC_OK) {
		log_why(LEVEL_ERROR, "settings.refused", e.text);
		code = EXIT_USAGE;
	} else if (argc > 1) {
		conf_print(&r->conf);
		code = EXIT_CLEAN;
	} else {
		log_init(desc->name, log_level_of(r->conf.log_level));
		code = serve(r);
	}
	free(r);
	return code;
}
