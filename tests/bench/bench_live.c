/*
 * From publish to those who listen.
 *
 *   bench_live latency RATE SECONDS    from when a publish was due to when
 *                                      a subscriber had it: live.*@RATE
 *   bench_live fanout N SECONDS        most events/s that reach each of N
 *                                      subscribers without a loss, and the
 *                                      deliveries that makes: live.fanout@N
 */
#include "common/base/clock.h"
#include "tests/bench/bus.h"
#include "tests/bench/ear.h"
#include "tests/bench/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_US (100 * INT64_C(1000))
#define LATE_US                                                                \
	(1000 * INT64_C(1000)) /* behind the last ack: not keeping up          \
				*/
#define TRIES 6

/* One load, shared with the process that publishes it; what came of it. */
struct heard_load {
	struct load load;
	struct heard heard;
};

/* libzmq does not live through a fork: this process never opens a socket. */
static void
publish(struct load *l)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		load_run(l, NULL);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		die("publisher", "failed");
}

static struct heard_load *
listen_to(size_t n, uint64_t rate, double seconds)
{
	static uint64_t runs;
	/* So that no other run's events are taken for these. */
	uint64_t base = (((uint64_t)getpid() + runs++) & 0xffff) << 32;
	struct heard_load *r = shared_new(sizeof(*r));
	struct ears *ears = ears_open(n, base);

	r->load = (struct load){ .who = &bus,
		.events = events_new(REPORTS, 0),
		.base = base,
		.rate = rate };
	load_plan(&r->load, clock_mono_us() + START_US, seconds);
	ears_expect(ears, r->load.begin_us, rate);
	publish(&r->load);
	r->heard = ears_close(ears, load_confirmed(&r->load));
	events_free(&r->load.events);
	return r;
}

static bool
kept_up(const struct heard_load *r)
{
	return r->heard.least == load_confirmed(&r->load) &&
	       r->heard.last_us - r->load.last_us < LATE_US;
}

static void
latency(uint64_t rate, double seconds)
{
	struct heard_load *r = listen_to(1, rate, seconds + 0.5);

	if (r->heard.least < load_confirmed(&r->load))
		(void)fprintf(stderr, "bench: live lost %llu of %llu\n",
		    (unsigned long long)(load_confirmed(&r->load) -
					 r->heard.least),
		    (unsigned long long)load_confirmed(&r->load));
	report_latency("live", NULL, rate, r->heard.late);
}

/* As fast as it goes; where that loses, slower and slower. */
static void
fanout(size_t n, double seconds)
{
	uint64_t rate = 0;
	char figure[64];

	for (int i = 0; i < TRIES; i++) {
		struct heard_load *r = listen_to(n, rate, seconds);
		double took =
		    (double)(r->heard.last_us - r->load.begin_us) / 1e6;

		if (kept_up(r)) {
			(void)snprintf(
			    figure, sizeof(figure), "live.fanout@%zu", n);
			report(figure, NULL, (double)r->heard.all / took,
			    "deliveries/s");
			(void)snprintf(
			    figure, sizeof(figure), "live.fanout.each@%zu", n);
			report(figure, NULL, (double)r->heard.least / took,
			    "events/s");
			return;
		}
		rate = (uint64_t)((double)load_confirmed(&r->load) / seconds *
				  0.7);
	}
	die("fan-out", "something is lost at every load");
}

int
main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[2]) : 0;

	if (n > 0 && strcmp(argv[1], "latency") == 0)
		latency((uint64_t)n, atof(argv[3]));
	else if (n > 0 && n <= EARS_MAX && strcmp(argv[1], "fanout") == 0)
		fanout((size_t)n, atof(argv[3]));
	else
		return 2;
	return 0;
}
