#include "tests/bench/drive.h"

#include "tests/bench/report.h"
#include "tests/bench/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS_MAX 16
#define START_US (300 * INT64_C(1000))     /* for everybody to get ready */
#define GIVE_UP_US (15 * INT64_C(1000000)) /* without any confirmation */
#define WARM_US (500 * INT64_C(1000))      /* of a paced run, not counted */

/* What the clients of one run share. */
struct run {
	struct load load[CLIENTS_MAX];
	struct hist late;
};

void
load_plan(struct load *l, int64_t begin_us, double seconds)
{
	l->begin_us = begin_us;
	l->end_us = begin_us + (int64_t)(seconds * 1e6);
}

int64_t
load_due(const struct load *l, uint64_t k)
{
	return l->begin_us + (int64_t)(k * 1000000 / l->rate);
}

/* Whether the next may go out now; if not, *UNTIL_US says when to look. */
static bool
may_send(const struct load *l, int64_t *until_us)
{
	int64_t now = clock_mono_us();

	*until_us = now + 100000;
	if (l->sent - l->answered >= WINDOW || now >= l->end_us)
		return false;
	if (l->rate == 0 || now >= load_due(l, l->sent))
		return true;
	*until_us = load_due(l, l->sent);
	return false;
}

static void
count(const struct load *l, struct hist *late, uint64_t k, int64_t now)
{
	if (late != NULL && l->rate > 0 &&
	    load_due(l, k) >= l->begin_us + WARM_US)
		hist_add(late, now - load_due(l, k));
}

static bool
take_all(struct load *l, void *client, struct hist *late)
{
	bool any = false;
	uint64_t n;

	while (l->who->take(client, &n)) {
		l->answered++;
		l->last_us = clock_mono_us();
		/* Who is turned away has no answer before the end. */
		if ((n & REFUSED) != 0)
			l->refused++;
		count(l, late, (n & ~REFUSED) - l->base,
		    (n & REFUSED) != 0 ? l->end_us : l->last_us);
		any = true;
	}
	return any;
}

static bool
put_next(struct load *l, void *client)
{
	struct bench_event ev =
	    events_take(l->events, l->sent, l->base + l->sent);
	bool done = l->who->put(client, &ev);

	l->sent += done;
	return done;
}

void
load_run(struct load *l, struct hist *late)
{
	void *client = l->who->open(l->rate > 0);
	int64_t until;

	wait_exactly();
	wait_fds(NULL, 0, l->begin_us);
	l->last_us = clock_mono_us();
	while (l->answered < l->sent || clock_mono_us() < l->end_us) {
		bool did = may_send(l, &until) && put_next(l, client);

		if (take_all(l, client, late) || did)
			continue;
		if (clock_mono_us() - l->last_us > GIVE_UP_US)
			die("confirmation", "none for 15 s");
		l->who->wait(client, until);
	}
	/* What was due but never went out is late all the same. */
	while (l->rate > 0 && load_due(l, l->sent) < l->end_us)
		count(l, late, l->sent++, clock_mono_us());
	l->who->close(client);
	if (l->refused > 0)
		(void)fprintf(stderr, "bench: turned away: %llu\n",
		    (unsigned long long)l->refused);
}

uint64_t
load_confirmed(const struct load *l)
{
	return l->answered - l->refused;
}

/* Runs F(R, WHICH) in N processes; dies when one of them did not end well. */
static void
in_processes(void (*f)(struct run *, size_t), struct run *r, size_t n)
{
	int status;

	for (size_t i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork", "failed");
		if (pid == 0) {
			f(r, i);
			_exit(0);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (wait(&status) < 0 || status != 0)
			die("client", "failed");
}

static void
prepare(struct run *r, size_t which)
{
	r->load[which].who->prepare();
}

static void
one_client(struct run *r, size_t which)
{
	load_run(&r->load[which], &r->late);
}

static struct run *
run_all(
    const struct contender *who, uint64_t rate, double seconds, size_t clients)
{
	struct run *r = shared_new(sizeof(*r));
	struct events *events = events_new(REPORTS, 0);

	r->load[0].who = who;
	if (who->prepare != NULL)
		in_processes(prepare, r, 1);
	for (size_t i = 0; i < clients; i++) {
		r->load[i] = (struct load){ .who = who,
			.events = events,
			.base = (uint64_t)i << 32,
			.rate = rate };
		load_plan(&r->load[i], clock_mono_us() + START_US, seconds);
	}
	in_processes(one_client, r, clients);
	events_free(&events);
	return r;
}

static void
flood(const struct contender *who, double seconds, size_t clients)
{
	struct run *r = run_all(who, 0, seconds, clients);
	int64_t last = 0, begin = r->load[0].begin_us;
	char figure[64] = "publish.throughput";
	uint64_t sum = 0;

	for (size_t i = 0; i < clients; i++) {
		sum += load_confirmed(&r->load[i]);
		if (r->load[i].last_us > last)
			last = r->load[i].last_us;
	}
	if (clients > 1)
		(void)snprintf(figure, sizeof(figure),
		    "publish.throughput.clients@%zu", clients);
	report(figure, who->peer, (double)sum * 1e6 / (double)(last - begin),
	    "events/s");
}

static void
paced(const struct contender *who, uint64_t rate, double seconds)
{
	struct run *r = run_all(who, rate, seconds + (double)WARM_US / 1e6, 1);

	report_latency("publish.ack", who->peer, rate, &r->late);
}

int
drive(const struct contender *who, int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[3]) : 0;

	if (argc == 4 && strcmp(argv[1], "flood") == 0 && n > 0 &&
	    n <= CLIENTS_MAX)
		flood(who, atof(argv[2]), (size_t)n);
	else if (argc == 4 && strcmp(argv[1], "paced") == 0 &&
		 atoi(argv[2]) > 0)
		paced(who, (uint64_t)atoi(argv[2]), atof(argv[3]));
	else
		return 2;
	return 0;
}
