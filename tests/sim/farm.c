#include "tests/sim/farm.h"

#include "tests/lib/county.h"
#include "tests/sim/moves.h"
#include "tests/sim/trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define MERGER_DAY "2026-03-24T00:00:00+08:00"
#define NEVER "2999-01-01T00:00:00+08:00"
#define JOBS_MAX 16
#define SECONDS_MAX 120
/* Of so many seeds one runs twice: it must be the same run. */
#define TWICE_OF 20

/* What a child tells of its world. */
struct report {
	uint64_t seed;
	uint64_t hash;
	struct counts counts;
	struct moves_seen moves;
	char broken[512];
};

struct job {
	pid_t pid; /* 0: free */
	int fd;
	uint64_t seed;
};

struct total {
	uint64_t seeds;
	uint64_t failed;
	struct counts counts;
	struct moves_seen moves;
	double began;
};

static double
seconds(void)
{
	struct timeval now;

	(void)gettimeofday(&now, NULL);
	return (double)now.tv_sec + (double)now.tv_usec / 1e6;
}

static char keys_dir[] = "/tmp/huying-sim.XXXXXX";
static char key_path[2][64];

static void
remove_keys(void)
{
	(void)unlink(key_path[0]);
	(void)unlink(key_path[1]);
	(void)rmdir(keys_dir);
}

static void
write_key(int which, const char *setting, const char *digits)
{
	FILE *f;

	(void)snprintf(
	    key_path[which], sizeof(key_path[which]), "%s/%d", keys_dir, which);
	f = fopen(key_path[which], "w");
	must(f != NULL && fchmod(fileno(f), 0600) == 0);
	for (int i = 0; i < 32; i++)
		(void)fputs(digits, f);
	must(fclose(f) == 0);
	must(setenv(setting, key_path[which], 1) == 0);
}

void
farm_open(void)
{
	const struct registry *county = county_new();

	world_set_counties(county_merged(county, NEVER),
	    county_merged(county, MERGER_DAY), county_time(MERGER_DAY) * 1000);
	must(mkdtemp(keys_dir) != NULL);
	(void)atexit(remove_keys);
	write_key(0, "HUYING_INTAKE_KEY", "11");
	write_key(1, "HUYING_VAULT_KEY", "22");
}

static void
one_world(const struct farm *f, uint64_t seed, struct report *r)
{
	struct world *w = xcalloc(1, sizeof(*w));

	world_init(w, seed, f->defect);
	w->plan.n_steps = f->steps;
	/* No statement does that. */
	if (f->trace != NULL)
		w->plan.rate[FAULT_history] = 0;
	w->verbose = f->verbose;
	w->moves = &r->moves;
	world_run(w);
	r->seed = seed;
	r->hash = w->hash;
	r->counts = w->counts;
	memcpy(r->broken, w->broken, sizeof(r->broken));
	world_fini(w);
	free(w);
}

/* Every so often: the same seed, the same run. */
static void
once_more(const struct farm *f, struct report *r)
{
	struct report again = { .seed = 0 };

	if (r->broken[0] != '\0' || r->seed % TWICE_OF != 0)
		return;
	one_world(f, r->seed, &again);
	if (again.hash != r->hash || again.counts.steps != r->counts.steps)
		(void)snprintf(r->broken, sizeof(r->broken),
		    "the simulation itself: the same seed ran differently");
}

static void
start(const struct farm *f, struct job *j, uint64_t seed)
{
	int fds[2];

	must(pipe(fds) == 0);
	(void)fflush(stdout);
	j->seed = seed;
	j->fd = fds[0];
	j->pid = fork();
	must(j->pid >= 0);
	if (j->pid == 0) {
		struct report r = { .seed = seed };

		(void)alarm(SECONDS_MAX);
		one_world(f, seed, &r);
		once_more(f, &r);
		must(write(fds[1], &r, sizeof(r)) == (ssize_t)sizeof(r));
		_exit(0);
	}
	(void)close(fds[1]);
}

static void
read_all(int fd, struct report *r)
{
	size_t n = 0;
	ssize_t got = 1;

	while (n < sizeof(*r) && got > 0) {
		got = read(fd, (char *)r + n, sizeof(*r) - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (n < sizeof(*r))
		(void)snprintf(r->broken, sizeof(r->broken), "died");
}

/* Waits for any of them to end. */
static struct report
finish(struct job *jobs, uint64_t n)
{
	struct report r = { .seed = 0 };
	int status;
	pid_t pid = wait(&status);

	for (uint64_t i = 0; i < n; i++) {
		if (jobs[i].pid != pid)
			continue;
		read_all(jobs[i].fd, &r);
		(void)close(jobs[i].fd);
		r.seed = jobs[i].seed;
		if (WIFSIGNALED(status))
			(void)snprintf(r.broken, sizeof(r.broken),
			    "an assertion (signal %d, see above)",
			    WTERMSIG(status));
		jobs[i].pid = 0;
		return r;
	}
	never("a child of nobody");
}

static void
add(struct total *t, const struct report *r)
{
	const uint64_t *from = (const uint64_t *)&r->counts;
	uint64_t *to = (uint64_t *)&t->counts;

	for (size_t i = 0; i < sizeof(r->counts) / sizeof(*to); i++)
		to[i] += from[i];
	moves_add(&t->moves, &r->moves);
	t->seeds++;
	t->failed += r->broken[0] != '\0';
}

static void
tell(const struct farm *f, const struct report *r)
{
	printf("seed %llu broke at step %llu: %s\n",
	    (unsigned long long)r->seed, (unsigned long long)r->counts.steps,
	    r->broken);
	printf("  again: build/release/sim --seed %llu --steps %llu%s%s "
	       "--verbose\n",
	    (unsigned long long)r->seed, (unsigned long long)f->steps,
	    f->defect != DEFECT_none ? " --defect " : "",
	    f->defect != DEFECT_none ? defect_names[f->defect] : "");
}

/* Runs the seeds of NEXT until it gives 0, or STOP one has failed. */
typedef uint64_t next_fn(void *arg);

static void
run_all(const struct farm *f, next_fn *next, void *arg, bool stop, bool quiet,
    struct total *t)
{
	struct job jobs[JOBS_MAX] = { { .pid = 0 } };
	uint64_t n = f->jobs < JOBS_MAX ? f->jobs : JOBS_MAX, running = 0;
	uint64_t seed = next(arg);

	while (seed != 0 || running > 0) {
		struct report r;

		for (uint64_t i = 0; i < n && seed != 0; i++)
			if (jobs[i].pid == 0) {
				start(f, &jobs[i], seed);
				running++;
				seed = next(arg);
			}
		r = finish(jobs, n);
		running--;
		add(t, &r);
		if (r.broken[0] != '\0' && !quiet)
			tell(f, &r);
		if (stop && t->failed > 0)
			seed = 0;
	}
}

static void
figures(const struct total *t)
{
	double took = seconds() - t->began;

	printf("%llu seeds, %llu failed, in %.1f s: %.0f seeds/s, "
	       "%.0f steps/s\n",
	    (unsigned long long)t->seeds, (unsigned long long)t->failed, took,
	    (double)t->seeds / took, (double)t->counts.steps / took);
	printf("%llu steps, %llu statements, %llu commits, %llu commands, "
	       "%llu events, %llu refused, %llu limits ran out, %llu put "
	       "aside\n",
	    (unsigned long long)t->counts.steps,
	    (unsigned long long)t->counts.statements,
	    (unsigned long long)t->counts.commits,
	    (unsigned long long)t->counts.commands,
	    (unsigned long long)t->counts.events,
	    (unsigned long long)t->counts.refused,
	    (unsigned long long)t->counts.deadlines,
	    (unsigned long long)t->counts.parked);
	printf("faults:");
	for (int i = 0; i < FAULT_COUNT; i++)
		printf(" %s %llu", fault_names[i],
		    (unsigned long long)t->counts.faults[i]);
	printf("\n");
}

bool
farm_one(const struct farm *f)
{
	struct report r = { .seed = 0 };
	struct total t = { .began = seconds() };

	if (f->trace != NULL)
		trace_open(f->trace);
	one_world(f, f->from, &r);
	trace_close();
	add(&t, &r);
	if (r.broken[0] != '\0')
		tell(f, &r);
	figures(&t);
	printf("hash %016llx\n", (unsigned long long)r.hash);
	return r.broken[0] == '\0';
}

struct seeds {
	uint64_t next;
	uint64_t to;
};

static uint64_t
next_of_range(void *arg)
{
	struct seeds *s = arg;

	return s->next <= s->to ? s->next++ : 0;
}

bool
farm_many(const struct farm *f)
{
	struct total t = { .began = seconds() };
	struct seeds s = { f->from, f->to };

	run_all(f, next_of_range, &s, false, false, &t);
	figures(&t);
	return t.failed == 0;
}

static uint64_t
next_of_list(void *arg)
{
	char line[512];

	while (fgets(line, sizeof(line), arg) != NULL)
		if (line[0] != '#' && strtoull(line, NULL, 10) > 0)
			return strtoull(line, NULL, 10);
	return 0;
}

bool
farm_list(const struct farm *f, const char *path)
{
	struct total t = { .began = seconds() };
	FILE *in = fopen(path, "r");

	if (in == NULL) {
		(void)fprintf(stderr, "%s: %m\n", path);
		return false;
	}
	run_all(f, next_of_list, in, false, false, &t);
	(void)fclose(in);
	figures(&t);
	return t.failed == 0 && t.seeds > 0;
}

bool
farm_defects(const struct farm *f, uint64_t n)
{
	bool all = true;

	for (int d = DEFECT_none + 1; d < DEFECT_COUNT; d++) {
		struct farm one = *f;
		struct seeds s = { 1, n };
		struct total t = { .began = seconds() };

		one.defect = (enum defect)d;
		run_all(&one, next_of_range, &s, true, true, &t);
		printf("%s %s: %s, %llu of %llu seeds\n",
		    t.failed > 0 ? "ok" : "not ok", defect_names[d],
		    defect_texts[d], (unsigned long long)t.failed,
		    (unsigned long long)t.seeds);
		all = all && t.failed > 0;
	}
	return all;
}

bool
farm_moves(const struct farm *f)
{
	struct total t = { .began = seconds() };
	struct seeds s = { f->from, f->to };
	bool all;

	run_all(f, next_of_range, &s, false, false, &t);
	all = moves_print(&t.moves);
	figures(&t);
	return all && t.failed == 0;
}
