/*
 * First figures of the bus and the chain.  Prints "name value unit" lines.
 *
 *   bench_bus publish N        durable publishes per second, window full
 *   bench_bus latency RATE S   ack latency, open loop: from the time at
 *                              which each publish was due, not was sent
 *   bench_bus chain N          reports per second, publish to task.assigned
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

/* Report N: another place and matter each time, so that none is merged. */
static void
put_report(struct publisher *p, long n)
{
	static const char *const matters[] = { "CA-001", "CA-002", "EN-001",
		"PU-001", "GR-001", "SF-010", "TR-001" };
	char id[ID_TEXT], division[16], place[64];
	struct msg_report_submit m = { .channel = STR("sensor"),
		.summary = STR("设备告警：井盖倾斜角超过阈值，请到场核实。") };
	struct msg_envelope env = { .specversion = STR("1.0"),
		.source = STR("/bench"),
		.type = STR("report.submit") };
	struct buf data, body;

	(void)snprintf(division, sizeof(division), "330122%s",
	    (const char *const[]){ "002", "003", "004", "005", "101", "102",
		"109", "110", "112", "113", "201", "202", "204",
		"210" }[n % 14]);
	(void)snprintf(
	    place, sizeof(place), "%ld号监测点%ld", n * 7919 % 99991, n);
	m.place = str_of(place);
	m.matter = str_of(matters[n % (long)ARRAY_LEN(matters)]);
	m.lat = 29.5 + (double)(n % 997) * 0.0007;
	m.lon = 119.2 + (double)(n / 997 % 997) * 0.0007;
	env.id = str_of(id_new(id));
	env.division = str_of(division);
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
bench_chain(long n)
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
			put_report(p, sent++);
		while (acked < sent && publisher_next(p, 0, &out, &e) == RC_OK)
			acked++;
		while (log_next(r, 0, &ev, &e) == RC_OK)
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
	if (argc == 3 && strcmp(argv[1], "publish") == 0)
		bench_publish(atol(argv[2]));
	else if (argc == 4 && strcmp(argv[1], "latency") == 0)
		bench_latency(atol(argv[2]), atol(argv[3]));
	else if (argc == 3 && strcmp(argv[1], "chain") == 0)
		bench_chain(atol(argv[2]));
	else if (argc == 2 && strcmp(argv[1], "replay") == 0)
		bench_replay();
	else
		return 2;
	return 0;
}
