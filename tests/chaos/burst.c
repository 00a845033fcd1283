/*
 * A fast publisher on libhuying, with a durable spool: CLIENT RATE FILE SPOOL.
 *
 * Commands on things that are not there, as cheap() of events.py has them.
 * It writes the history of tests/chaos/history.py, may be killed at any
 * moment, and goes on from its spool.  SIGTERM: nothing new, until all is
 * answered.
 */
#include "include/huying.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAITING_MAX 2000
#define TURN_NS 5000000

struct burst {
	struct huying_publisher *publisher;
	const char *client;
	const char *seed;
	FILE *history;
	FILE *count;
	double rate;
	int64_t op;
	int64_t n_ok;
};

/* One event: what is sent, and the hash of what the journal must hold. */
struct event {
	char source[64];
	char id[96];
	char digest[65];
	unsigned char bytes[512];
	size_t n;
};

static volatile sig_atomic_t stopping;

static void
on_term(int sig)
{
	(void)sig;
	stopping = 1;
}

static int64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
put_map(struct event *e, unsigned n)
{
	e->bytes[e->n++] = (unsigned char)(0x80 | n);
}

static void
put_str(struct event *e, const char *s)
{
	size_t n = strlen(s);

	if (n < 32) {
		e->bytes[e->n++] = (unsigned char)(0xa0 | n);
	} else {
		e->bytes[e->n++] = 0xd9;
		e->bytes[e->n++] = (unsigned char)n;
	}
	memcpy(e->bytes + e->n, s, n);
	e->n += n;
}

static void
put_pair(struct event *e, const char *key, const char *value)
{
	put_str(e, key);
	put_str(e, value);
}

/* The canonical form but for the subject, which the bus fills in. */
static void
encode(struct event *e, const char *number, bool with_subject)
{
	char task[40];

	e->n = 0;
	put_map(e, with_subject ? 6 : 5);
	put_pair(e, "specversion", "1.0");
	put_pair(e, "id", e->id);
	put_pair(e, "source", e->source);
	put_pair(e, "type", "task.sign");
	if (with_subject)
		put_pair(e, "subject", number);
	put_str(e, "data");
	put_map(e, 2);
	(void)snprintf(task, sizeof(task), "%s/T1", number);
	put_pair(e, "task", task);
	put_pair(e, "unit", "330122-GLZX");
}

static void
hash(struct event *e)
{
	unsigned char raw[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(raw, e->bytes, e->n);
	(void)sodium_bin2hex(e->digest, sizeof(e->digest), raw, sizeof(raw));
}

/* Event OP; the same again whenever it is asked for. */
static void
make(const struct burst *b, int64_t op, struct event *e)
{
	char number[32];

	(void)snprintf(e->source, sizeof(e->source), "/chaos/%s", b->client);
	(void)snprintf(
	    e->id, sizeof(e->id), "%s-%s-%" PRId64, b->seed, b->client, op);
	(void)snprintf(number, sizeof(number), "330122-26-%" PRId64,
	    INT64_C(950000000000) + op % 1000000000);
	encode(e, number, true);
	hash(e);
	encode(e, number, false);
}

static void
note(struct burst *b, const char *kind, int64_t op, const struct event *e,
    int64_t seq, const char *status)
{
	char place[48] = "\t";

	/* A world that fails over has no burst: its epoch is the first. */
	if (seq > 0)
		(void)snprintf(place, sizeof(place), "%" PRId64 "\t1", seq);
	(void)fprintf(b->history,
	    "%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s\t%s\t%s\t%s\t%s\n",
	    kind, op, now_ns(CLOCK_MONOTONIC), now_ns(CLOCK_REALTIME),
	    e->source, e->id, e->digest, place, status);
}

/* The number behind the last hyphen of an id of ours. */
static int64_t
op_of(const char *id)
{
	const char *dash = strrchr(id, '-');

	return dash != NULL ? strtoll(dash + 1, NULL, 10) : 0;
}

static void
told(const struct huying_outcome *o, void *context)
{
	struct burst *b = context;
	int64_t op = op_of(o->id);
	struct event e;

	make(b, op, &e);
	switch (o->status) {
	case HUYING_STORED:
	case HUYING_DUPLICATE:
		note(b, "ok", op, &e, o->seq,
		    o->status == HUYING_STORED ? "stored" : "duplicate");
		b->n_ok++;
		break;
	case HUYING_REFUSED:
		note(b, "fail", op, &e, 0, o->code);
		break;
	case HUYING_UNKNOWN:
		note(b, "info", op, &e, 0, o->code);
		break;
	}
}

/* First on paper, then into the spool. */
static void
produce(struct burst *b, int64_t due)
{
	int64_t room = WAITING_MAX - huying_unanswered(b->publisher);
	int64_t first = b->op, n = due < room ? due : room;
	struct event e;

	for (int64_t op = first; op < first + n; op++) {
		make(b, op, &e);
		note(b, "invoke", op, &e, 0, "");
	}
	(void)fflush(b->history);
	for (; b->op < first + n; b->op++) {
		make(b, b->op, &e);
		if (huying_publish_msgpack(b->publisher, e.bytes, e.n, NULL,
			NULL, NULL) != HUYING_OK)
			return;
	}
}

static void
listen_for(struct burst *b, int64_t until)
{
	const struct huying_outcome *o;
	int64_t left;

	do {
		left = (until - now_ns(CLOCK_MONOTONIC)) / 1000000;
		if (huying_poll(b->publisher, left > 0 ? (int)left : 0, &o,
			NULL) == HUYING_OK)
			told(o, b);
	} while (left > 0);
}

/* For whoever wants to know how far it is. */
static void
tell_count(struct burst *b)
{
	rewind(b->count);
	(void)fprintf(b->count, "%12" PRId64 " %6" PRId64 "\n", b->n_ok,
	    huying_unanswered(b->publisher));
	(void)fflush(b->count);
}

static void
run(struct burst *b)
{
	int64_t last = now_ns(CLOCK_MONOTONIC), told_at = 0;
	double due = 0;

	while (!stopping || huying_unanswered(b->publisher) > 0) {
		int64_t now = now_ns(CLOCK_MONOTONIC);

		due += (double)(now - last) / 1e9 * b->rate;
		if (due > b->rate / 5)
			due = b->rate / 5;
		last = now;
		if (!stopping)
			produce(b, (int64_t)due);
		due -= (double)(int64_t)due;
		listen_for(b, now + TURN_NS);
		if (now - told_at > 500000000) {
			told_at = now;
			tell_count(b);
		}
	}
	(void)fflush(b->history);
	tell_count(b);
}

/* Where an earlier life of this client has come to. */
static void
recover(struct burst *b, const char *path)
{
	char line[512], kind[8];
	int64_t op;
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%7s %" SCNd64, kind, &op) == 2) {
			if (op >= b->op)
				b->op = op + 1;
			b->n_ok += strcmp(kind, "ok") == 0;
		}
	(void)fclose(f);
}

static void
end_line(FILE *f)
{
	/* What a kill cut short must not become part of the next line. */
	if (ftell(f) > 0)
		(void)fputc('\n', f);
}

int
main(int argc, char **argv)
{
	struct huying_publisher_options o = { .size = sizeof(o),
		.timeout_ms = -1 };
	struct burst b = { .op = 1 };
	struct huying_error error;
	char count[512];

	if (argc != 5 || (b.seed = getenv("CHAOS_SEED")) == NULL)
		return 2;
	b.client = o.name = argv[1];
	b.rate = strtod(argv[2], NULL);
	o.spool = argv[4];
	recover(&b, argv[3]);
	(void)snprintf(count, sizeof(count), "%s.count", argv[3]);
	b.history = fopen(argv[3], "a");
	b.count = fopen(count, "w");
	if (b.history == NULL || b.count == NULL || sodium_init() < 0)
		return 1;
	(void)fseek(b.history, 0, SEEK_END);
	end_line(b.history);
	(void)signal(SIGTERM, on_term);
	if (huying_publisher_open(&b.publisher, &o, &error) != HUYING_OK) {
		(void)fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	run(&b);
	huying_publisher_close(&b.publisher);
	return fclose(b.history) == 0 ? 0 : 1;
}
