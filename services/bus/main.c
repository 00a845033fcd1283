/* The bus: three endpoints over one journal. */
#include "services/bus/gate.h"

#include "common/base/log.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IDLE_MS 100
#define SEEN_MS 2000
/* The last events, for whoever follows closely. */
#define WINDOW_EVENTS 8192
#define WINDOW_BYTES ((size_t)8 * 1024 * 1024)

/* Intake's public key: one line of hex.  What it was stays on a failure. */
static enum rc
read_seal_key(struct bus *b, struct err *e)
{
	const char *path = b->conf.intake_public_key;
	unsigned char key[SEAL_KEY_LEN];
	char hex[2 * SEAL_KEY_LEN + 2] = "";
	size_t n = 0;
	FILE *f = fopen(path, "r");
	bool sound;

	if (f == NULL)
		return err_set(e, RC_FATAL, "%s: %s", path, strerror(errno));
	sound = fgets(hex, sizeof(hex), f) != NULL &&
		sodium_hex2bin(
		    key, SEAL_KEY_LEN, hex, strlen(hex), "\n", &n, NULL) == 0 &&
		n == SEAL_KEY_LEN;
	(void)fclose(f);
	if (!sound)
		return err_set(
		    e, RC_FATAL, "%s: not a key of 64 hex digits", path);
	memcpy(b->seal_key, key, sizeof(key));
	b->has_seal_key = true;
	return RC_OK;
}

/* Rotated, it is another: the publishers get it with their next hello. */
static void
keep_seal_key(struct bus *b)
{
	struct err e;

	if (b->has_seal_key && read_seal_key(b, &e) != RC_OK)
		log_why(LEVEL_WARN, "seal.stale", e.text);
}

static enum rc
take_seal_key(struct bus *b, struct err *e)
{
	if (b->conf.intake_public_key[0] != '\0')
		return read_seal_key(b, e);
	log_why(LEVEL_WARN, "seal.unavailable",
	    "HUYING_INTAKE_PUBLIC_KEY is not set");
	return RC_OK;
}

static enum rc
bus_open(struct bus *b, struct err *e)
{
	enum rc rc;

	TRY(wall_init(&b->wall, b->conf.bus_memory, e));
	b->filling = &b->batches[0];
	for (size_t i = 0; i < ARRAY_LEN(b->batches); i++)
		b->batches[i].arena = arena_new((size_t)256 << 20);
	b->window = window_new(WINDOW_EVENTS, WINDOW_BYTES);
	args_init(&b->args);
	args_init(&b->read_args);
	TRY(take_seal_key(b, e));
	for (int tries = 0; (rc = store_open(b, e)) == RC_RETRY && tries < 60;
	     tries++)
		(void)usleep(500 * 1000);
	if (rc != RC_OK)
		return rc;
	b->sent = b->saved_sent = b->beat_sent = b->head;
	TRY(store_load_types(b, e));
	TRY(gate_open(b, e));
	return figures_open(b, e);
}

static void
bus_close(struct bus *b)
{
	struct err ignored;

	if (store_alive(b) && (store_save_types(b, &ignored) != RC_OK ||
				  store_seen(b, true, &ignored) != RC_OK))
		log_event(LEVEL_DEBUG, "instance.left_behind", "%s", "");
	health_close(&b->health);
	figures_close(b);
	log_close(b);
	gate_close(b);
	registry_free(&b->registry);
	window_free(&b->window);
	db_close(&b->db);
	db_close(&b->read);
	args_fini(&b->args);
	args_fini(&b->read_args);
	for (size_t i = 0; i < ARRAY_LEN(b->batches); i++)
		arena_free(&b->batches[i].arena);
	wall_fini(&b->wall);
}

/* A lost database is looked for again, once a second. */
static bool
keep_db(struct bus *b, int64_t *tried_ms)
{
	struct err e;
	enum rc rc;

	/* What is under way is told first that it is lost. */
	if (store_alive(b) || b->flying != NULL ||
	    clock_mono_ms() - *tried_ms < 1000)
		return true;
	*tried_ms = clock_mono_ms();
	rc = store_open(b, &e);
	if (rc != RC_OK)
		log_why(LEVEL_WARN, "database.away", e.text);
	return rc != RC_FATAL;
}

static void
keep_seen(struct bus *b, int64_t *seen_ms)
{
	struct err e;

	if (!store_alive(b) || clock_mono_ms() - *seen_ms < SEEN_MS)
		return;
	*seen_ms = clock_mono_ms();
	keep_seal_key(b);
	if (store_seen(b, false, &e) != RC_OK || store_head(b, &e) != RC_OK ||
	    store_save_types(b, &e) != RC_OK)
		db_rollback(b->read);
}

/* Whether anybody rang. */
static bool
answer_ring(struct bus *b)
{
	struct frames f;
	bool rung = false;

	for (; frames_receive(b->ring, &f); rung = true)
		frames_free(&f);
	return rung;
}

/* Waits until there is something to do; false when asked to end. */
static bool
rest(struct bus *b, struct signals *told)
{
	zmq_pollitem_t items[] = {
		{ NULL, told->fd, ZMQ_POLLIN, 0 },
		{ socket_raw(b->log), 0, ZMQ_POLLIN, 0 },
		{ socket_raw(b->ring), 0, ZMQ_POLLIN, 0 },
		{ socket_raw(b->live), 0, ZMQ_POLLIN, 0 },
		{ gate_socket(b), 0, ZMQ_POLLIN, 0 },
		{ socket_raw(b->publish), 0, ZMQ_POLLIN, 0 },
		{ NULL, 0, ZMQ_POLLIN, 0 },
		{ NULL, 0, ZMQ_POLLIN, 0 },
		{ NULL, 0, ZMQ_POLLIN, 0 },
	};
	size_t n = ARRAY_LEN(items) - 3;
	int wait_ms = log_wait_ms(b);

	if (wait_ms > IDLE_MS)
		wait_ms = IDLE_MS;
	if (b->behind)
		wait_ms = 0;
	/* Without a database there is nothing to be had at once. */
	if (!store_alive(b))
		wait_ms = IDLE_MS;

	/* No room for publishes: they wait where they are. */
	items[n - 1].events = publish_open(b) ? ZMQ_POLLIN : 0;
	if (b->flying != NULL)
		items[n++].fd = db_socket(b->db);
	if (b->health != NULL)
		items[n++].fd = health_socket(b->health);
	if (figures_socket(b) >= 0)
		items[n++].fd = figures_socket(b);
	if (zmq_poll(items, (int)n, wait_ms) < 0 && errno != EINTR)
		return false;
	return (items[0].revents & ZMQ_POLLIN) == 0 || !signals_turn(told);
}

/* SIGHUP: level and form of the log, who may do what, the seal, the pack. */
static void
reload(struct bus *b, struct signals *told)
{
	told->reload = false;
	gate_reload(b);
	keep_seal_key(b);
	b->registry_old = true;
	conf_reload(&b->conf);
}

static int
loop(struct bus *b, struct signals *told)
{
	int64_t tried_ms = 0, seen_ms = 0;

	do {
		gate_turn(b);
		/* What changed the county comes before what is said in it. */
		live_turn(b, answer_ring(b));
		publish_turn(b);
		log_turn(b);
		health_turn(b->health);
		figures_turn(b);
		log_repeats();
		notify_alive(&b->notify);
		if (told->reload)
			reload(b, told);
		if (!keep_db(b, &tried_ms))
			return 1;
		keep_seen(b, &seen_ms);
		if (!wall_stands(&b->wall))
			return 1;
	} while (rest(b, told));
	notify_say("STOPPING=1");
	publish_drain(b, told);
	return 0;
}

static int
serve(struct bus *b)
{
	struct signals told;
	struct err e;
	int code = 1;

	signals_serve(&told);
	notify_init(&b->notify);
	if (bus_open(b, &e) == RC_OK) {
		log_event(LEVEL_INFO, "service.started", "head=%lld",
		    (long long)b->head);
		notify_say("READY=1");
		code = loop(b, &told);
		log_event(LEVEL_INFO, "service.stopped", "%s", "");
	} else {
		log_why(LEVEL_ERROR, "service.failed", e.text);
	}
	bus_close(b);
	signals_close(&told);
	log_flush();
	return code;
}

static int
usage(bool asked)
{
	(void)fprintf(asked ? stdout : stderr,
	    "usage: bus [-n]\n\n"
	    "The bus.  Settings come from the environment.\n"
	    "  -n      print the settings, check them, and exit\n"
	    "  --help  this text\n");
	return asked ? 0 : 100;
}

int
main(int argc, char **argv)
{
	struct bus *b = xcalloc(1, sizeof(*b));
	struct err e;
	int code = 100;

	zsys_handler_set(NULL);
	log_init("bus", LEVEL_INFO);
	if (sodium_init() < 0)
		never("no randomness");
	if (argc > 1 && strcmp(argv[1], "-n") != 0) {
		code = usage(strcmp(argv[1], "--help") == 0);
	} else if (conf_load(&b->conf, &e) != RC_OK ||
		   conf_policy(&b->conf, &e) != RC_OK) {
		log_why(LEVEL_ERROR, "settings.refused", e.text);
	} else if (argc > 1) {
		conf_print(&b->conf);
		code = 0;
	} else {
		code = serve(b);
	}
	free(b);
	return code;
}
