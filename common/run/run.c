#include "common/run/inner.h"

#include "common/base/log.h"
#include "common/db/migrations.h"
#include "run_sql.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Nobody rang for so long: look whether the bell was lost. */
#define IDLE_MS 200
#define SEEN_MS 2000
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

static enum rc
check_schema(struct run *r, struct err *e)
{
	struct rows *rows = NULL;
	int64_t version;

	TRY(db_exec(r->db, Q_run_schema, NULL, &rows, e));
	version = rows_i64(rows, 0, 0);
	rows_free(&rows);
	if (version != SCHEMA_VERSION)
		return err_set(e, RC_FATAL,
		    "the database has schema %lld, this program is built for "
		    "%d: run huying migrate",
		    (long long)version, SCHEMA_VERSION);
	return RC_OK;
}

static enum rc
seen(struct run *r, const char *query, struct err *e)
{
	args_reset(&r->args[3]);
	args_str(&r->args[3], str_of(r->desc->name));
	args_i64(&r->args[3], getpid());
	return db_exec(r->db, query, &r->args[3], NULL, e);
}

/* A fresh connection with everything prepared, and the county in memory. */
static enum rc
connect_db(struct run *r, struct err *e)
{
	const struct db_query *own;
	size_t n;

	db_close(&r->db);
	TRY(db_open(&r->db, r->conf.db, r->desc->name, e));
	TRY(db_prepare(r->db, run_queries, ARRAY_LEN(run_queries), e));
	TRY(check_schema(r, e));
	own = r->desc->queries(&n);
	TRY(db_prepare(r->db, own, n, e));
	TRY(registry_prepare(r->db, e));
	registry_free(&r->registry);
	TRY(registry_load(&r->registry, r->db, e));
	return seen(r, Q_run_seen, e);
}

static enum rc
open_bus(struct run *r, struct err *e)
{
	TRY(feed_open(&r->feed, r->conf.live, e));
	return bell_open(&r->bell, r->conf.ring, e);
}

/* Waits, with jitter, longer each time; a signal cuts it short. */
static void
back_off(struct run *r, int sigfd)
{
	zmq_pollitem_t item = { NULL, sigfd, ZMQ_POLLIN, 0 };
	int64_t ms = r->backoff_ms > 0 ? r->backoff_ms : BACKOFF_MIN_MS;

	r->backoff_ms = ms * 2 < BACKOFF_MAX_MS ? ms * 2 : BACKOFF_MAX_MS;
	ms = ms / 2 + (int64_t)randombytes_uniform((uint32_t)ms);
	(void)zmq_poll(&item, 1, (long)ms);
}

/* Everything there is, batch after batch. */
static enum rc
drain(struct run *r, int sigfd, struct err *e)
{
	bool did = true;
	enum rc rc = RC_OK;

	while (did && rc == RC_OK) {
		zmq_pollitem_t item = { NULL, sigfd, ZMQ_POLLIN, 0 };

		rc = batch_run(r, &did, e);
		(void)feed_pump(r->feed);
		if (zmq_poll(&item, 1, 0) > 0)
			break;
	}
	if (rc == RC_OK)
		r->backoff_ms = 0;
	return rc;
}

/* Nobody rang: is there work all the same? */
static enum rc
probe(struct run *r, bool *work, struct err *e)
{
	struct rows *rows = NULL;

	args_reset(&r->args[3]);
	args_str(&r->args[3], str_of(r->desc->name));
	TRY(db_exec(r->db, Q_run_probe, &r->args[3], &rows, e));
	*work = rows_bool(rows, 0, 0);
	rows_free(&rows);
	return RC_OK;
}

static enum rc
turn(struct run *r, int sigfd, bool rang, int64_t *seen_at, struct err *e)
{
	bool work = rang;

	if (!rang)
		TRY(probe(r, &work, e));
	if (work)
		TRY(drain(r, sigfd, e));
	if (clock_mono_ms() - *seen_at < SEEN_MS)
		return RC_OK;
	*seen_at = clock_mono_ms();
	return seen(r, Q_run_seen, e);
}

/* What went wrong, and whether to go on. */
static bool
survive(struct run *r, enum rc rc, const struct err *why, int sigfd)
{
	struct err e;

	if (rc == RC_OK || rc == RC_GONE)
		return true;
	log_event(rc == RC_RETRY ? LEVEL_WARN : LEVEL_ERROR, "turn.failed",
	    "why=\"%s\"", why->text);
	if (rc != RC_RETRY)
		return false;
	back_off(r, sigfd);
	if (r->db == NULL || !db_alive(r->db)) {
		rc = connect_db(r, &e);
		if (rc == RC_FATAL)
			log_event(LEVEL_ERROR, "database.refused", "why=\"%s\"",
			    e.text);
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
	};
	int64_t seen_at = clock_mono_ms();
	struct err e = { .rc = RC_OK };
	bool rang = true;
	enum rc rc;

	for (;;) {
		if (r->db == NULL || !db_alive(r->db))
			rc = err_set(&e, RC_RETRY, "no database");
		else
			rc = turn(r, sigfd, rang, &seen_at, &e);
		if (!survive(r, rc, &e, sigfd))
			return EXIT_BROKEN;
		if (zmq_poll(items, ARRAY_LEN(items), IDLE_MS) < 0 &&
		    errno != EINTR)
			return EXIT_BROKEN;
		if ((items[1].revents & ZMQ_POLLIN) != 0)
			return EXIT_CLEAN;
		rang = feed_pump(r->feed);
	}
}

static int
take_signals(void)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	must(fd >= 0);
	return fd;
}

static enum log_level
level_of(const char *name)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_level)i;
	return LEVEL_INFO;
}

static void
run_close(struct run *r)
{
	struct err ignored;

	if (r->db != NULL && db_alive(r->db) &&
	    seen(r, Q_run_gone, &ignored) != RC_OK)
		log_event(LEVEL_DEBUG, "instance.left_behind", "%s", "");
	if (r->desc->close != NULL)
		r->desc->close(r);
	bell_close(&r->bell);
	feed_close(&r->feed);
	registry_free(&r->registry);
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
		back_off(r, sigfd);
	return rc;
}

static enum rc
run_open(struct run *r, int sigfd, struct err *e)
{
	r->arena = arena_new(BATCH_ARENA);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_init(&r->args[i]);
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
	int sigfd = take_signals(), code = EXIT_BROKEN;

	if (run_open(r, sigfd, &e) == RC_OK) {
		log_event(LEVEL_INFO, "service.started", "version=\"%.*s\"",
		    STR_ARG(registry_version(r->registry)));
		code = loop(r, sigfd);
		log_event(LEVEL_INFO, "service.stopped", "%s", "");
	} else {
		log_event(LEVEL_ERROR, "service.failed", "why=\"%s\"", e.text);
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
		log_event(
		    LEVEL_ERROR, "settings.refused", "why=\"%s\"", e.text);
		code = EXIT_USAGE;
	} else if (argc > 1) {
		conf_print(&r->conf);
		code = EXIT_CLEAN;
	} else {
		log_init(desc->name, level_of(r->conf.log_level));
		code = serve(r);
	}
	free(r);
	return code;
}
