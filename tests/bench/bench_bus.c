/*
 * First figures of the bus and the chain.  Prints "name value unit" lines.
 *
 *   bench_bus publish N        durable publishes per second, window full
 *   bench_bus latency RATE S   ack latency, open loop: from the time at
 *                              which each publish was due, not was sent
 *   bench_bus chain N FROM     reports per second, publish to task.assigned;
 *                              FROM: number of the first, to go on behind
 *   bench_bus replay           events per second from the log endpoint
 */
#include "common/base/id.h"
#include "common/bus/log.h"
#include "common/bus/publish.h"
#include "common/conf/conf.h"

#include <czmq.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIVE_UP_US (120 * INT64_C(1000000))

static struct conf conf;

static void
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, e->text);
	exit(1);
}

static struct publisher *
open_publisher(void)
{
	struct publisher *p = NULL;
	struct err e;

	if (publisher_open(&p, conf.publish, "bench", 10000, &e) != RC_OK)
		die("publish", &e);
	return p;
}

/* First column of a pack file: villages, or matters. */
struct codes {
	char code[400][24];
	long n;
};
static struct codes villages, matters;

static void
read_codes(struct codes *c, const char *path, size_t len)
{
	char line[4096];
	FILE *f = fopen(path, "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		size_t n = strcspn(line, ",");

		if ((len == 0 ? c->n > 0 || strncmp(line, "code", 4) != 0
			      : n == len) &&
		    n < 24 && c->n < 400)
			memcpy(c->code[c->n++], line, n);
	}
	if (f != NULL)
		(void)fclose(f);
	must(c->n > 0);
}

/* Twenty characters that no other report has. */
static struct str
words(long n, char text[64])
{
	uint64_t x = (uint64_t)n * UINT64_C(0x9e3779b97f4a7c15) + 1;
	size_t at = 0;

	for (int i = 0; i < 20; i++) {
		unsigned rune;

		x = x * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		rune = 0x4e00 + (unsigned)(x >> 40) % 5000;
		text[at++] = (char)(0xe0 | rune >> 12);
		text[at++] = (char)(0x80 | (rune >> 6 & 0x3f));
		text[at++] = (char)(0x80 | (rune & 0x3f));
	}
	return (struct str){ text, at };
}

/* Another village, matter and text each time, so that none is merged. */
static void
put_report(struct publisher *p, long n)
{
	char id[ID_TEXT], place[64], text[64];
	struct msg_report_submit m = { .channel = STR("sensor"),
		.summary = words(n, text) };
	struct msg_envelope env = { .specversion = STR("1.0"),
		.source = STR("/bench"),
		.type = STR("report.submit") };
	struct buf data, body;

	(void)snprintf(place, sizeof(place), "%ld号监测点", n);
	m.place = str_of(place);
	m.matter = str_of(matters.code[n / villages.n % matters.n]);
	env.id = str_of(id_new(id));
	env.division = str_of(villages.code[n % villages.n]);
	buf_init(&data, 65536);
	buf_init(&body, 65536);
	msg_encode(&msg_report_submit_desc, &m, &data);
	env.data = buf_get(&data);
	envelope_encode(&env, &body);
	(void)publisher_put(p, buf_get(&body), PART_NONE, STR(""));
	buf_fini(&data);
	buf_fini(&body);
}

static void
take(struct publisher *p, struct outcome *out)
{
	struct err e;

	if (publisher_next(p, 30000, out, &e) != RC_OK)
		die("answer", &e);
	if (out->status == OUTCOME_REFUSED) {
		(void)fprintf(
		    stderr, "bench: refused %s %s\n", out->code, out->reason);
		exit(1);
	}
}

static void
bench_publish(long n)
{
	struct publisher *p = open_publisher();
	struct outcome out;
	int64_t began = clock_mono_us(), took;
	long sent = 0, got = 0;

	while (got < n) {
		while (sent < n && publisher_unanswered(p) < 500)
			put_report(p, sent++);
		take(p, &out);
		got++;
	}
	took = clock_mono_us() - began;
	printf("publish.throughput %.0f events/s\n",
	    (double)n * 1e6 / (double)took);
	publisher_close(&p);
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
bench_latency(long rate, long seconds)
{
	struct publisher *p = open_publisher();
	long n = rate * seconds, sent = 0, got = 0;
	int64_t *late = xcalloc((size_t)n, sizeof(*late));
	int64_t began = clock_mono_us();
	struct outcome out;
	struct err e;

	while (got < n) {
		int64_t due = began + sent * 1000000 / rate;

		if (sent < n && clock_mono_us() >= due &&
		    publisher_unanswered(p) < 500) {
			put_report(p, sent++);
			continue;
		}
		if (publisher_next(p, 0, &out, &e) == RC_OK) {
			/* Outcomes come in the order of sending. */
			late[got] = clock_mono_us() -
				    (began + (out.n - 1) * 1000000 / rate);
			got++;
		}
		if (clock_mono_us() - began > GIVE_UP_US)
			exit(1);
	}
	qsort(late, (size_t)n, sizeof(*late), by_value);
	printf(
	    "publish.ack.p50@%ld %.3f ms\n", rate, (double)late[n / 2] / 1000);
	printf("publish.ack.p99@%ld %.3f ms\n", rate,
	    (double)late[n * 99 / 100] / 1000);
	free(late);
	publisher_close(&p);
}

static struct log_reader *
open_log(bool head, bool follow, struct str topic)
{
	struct log_options o = { .from_head = head,
		.follow = follow,
		.topics = &topic,
		.n_topics = topic.n > 0 };
	struct log_reader *r = NULL;
	struct err e;

	if (log_open(&r, conf.log, &o, &e) != RC_OK)
		die("log", &e);
	return r;
}

static void
bench_chain(long n, long first)
{
	struct log_reader *r = open_log(true, true, STR("task.assigned"));
	struct publisher *p = open_publisher();
	struct outcome out;
	struct log_event ev;
	struct err e;
	int64_t began;
	long sent = 0, acked = 0, done = 0;

	/* Until the reader is open. */
	while (log_next(r, 300, &ev, &e) == RC_OK)
		continue;
	began = clock_mono_us();
	while (done < n) {
		while (sent < n && publisher_unanswered(p) < 200 &&
		       sent - done < 2000)
			put_report(p, first + sent++);
		while (acked < sent && publisher_next(p, 0, &out, &e) == RC_OK)
			acked++;
		/* Waits a little: what is measured shares these cores. */
		while (done < n && log_next(r, 2, &ev, &e) == RC_OK)
			done++;
		if (clock_mono_us() - began > GIVE_UP_US)
			die("chain", &e);
	}
	printf("chain.throughput %.0f reports/s\n",
	    (double)n * 1e6 / (double)(clock_mono_us() - began));
	publisher_close(&p);
	log_reader_close(&r);
}

static void
bench_replay(void)
{
	struct log_reader *r = open_log(false, false, STR(""));
	struct log_event ev;
	struct err e;
	int64_t began = clock_mono_us();
	long n = 0;

	while (!log_ended(r))
		if (log_next(r, 5000, &ev, &e) == RC_OK)
			n++;
		else if (!log_ended(r))
			die("replay", &e);
	printf("log.replay %.0f events/s\n",
	    (double)n * 1e6 / (double)(clock_mono_us() - began));
	(void)fprintf(stderr, "replayed %ld events\n", n);
	log_reader_close(&r);
}

int
main(int argc, char **argv)
{
	struct err e;

	zsys_handler_set(NULL);
	if (sodium_init() < 0 || conf_load(&conf, &e) != RC_OK)
		return 1;
	read_codes(&villages, "deploy/packs/tonglu/divisions.csv", 12);
	read_codes(&matters, "deploy/packs/tonglu/matters.csv", 0);
	if (argc == 3 && strcmp(argv[1], "publish") == 0)
		bench_publish(atol(argv[2]));
	else if (argc == 4 && strcmp(argv[1], "latency") == 0)
		bench_latency(atol(argv[2]), atol(argv[3]));
	else if (argc == 4 && strcmp(argv[1], "chain") == 0)
		bench_chain(atol(argv[2]), atol(argv[3]));
	else if (argc == 2 && strcmp(argv[1], "replay") == 0)
		bench_replay();
	else
		return 2;
	return 0;
}
