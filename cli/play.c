/* huying play: a written day through the publish endpoint. */
#include "cli/play.h"

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUIET_MS 60000
#define MEMORY_MAX ((size_t)512 << 20)

static const char play_usage[] =
    "usage: huying play DIR [--load] [--days N] [--quiet] [--db DSN]\n"
    "       huying play --staff [--quiet] [--db DSN]\n"
    "\n"
    "Plays DIR/day.jsonl on a sandbox: each report is published at its\n"
    "time, and a scripted crew (DIR/crew.csv) does what staff would do on\n"
    "every fact.  The clock is moved from one event or limit to the next,\n"
    "and waits until every service has caught up.  Playing the same day\n"
    "again publishes the same events: duplicates.\n"
    "\n"
    "  --staff    no day: the crew alone, for reports that others hand in\n"
    "             from now on.  The clock moves while one of them is open,\n"
    "             and stands still when each has come to its end.  Goes on\n"
    "             until it is stopped (huying sandbox starts one); says\n"
    "             ready when it listens\n"
    "  --load     first load the pack in DIR; a database to which nothing was\n"
    "             written becomes a sandbox, its clock at the day's first "
    "hour\n"
    "  --days N   how long, from the day's first hour; 7 when left out\n"
    "  --quiet    no line of progress\n"
    "  --db DSN   libpq connection string\n"
    "\n"
    "Exit codes: 0 played, 1 stopped, and why, 2 wrong usage, 3 no database.\n";

static const struct db_query queries[] = {
	{ "play_quiet", "SELECT run.quiet() AS quiet, journal.head() AS head, "
			"(SELECT min(wake_at) FROM run.deadline) AS wake_at, "
			"run.now() AS now" },
	{ "play_set", "SELECT run.set_clock($1)" },
	{ "play_sandbox", "SELECT sandbox, run.now() FROM run.clock" },
};

struct memory *
play_memory(struct play *p, struct str number)
{
	struct memory **bucket = &p->memory[str_hash(number) % MEMORY_BUCKETS];
	struct memory *m;

	for (m = *bucket; m != NULL; m = m->next)
		if (str_eq(m->number, number))
			return m;
	m = arena_alloc(p->arena, sizeof(*m));
	must(m != NULL);
	m->number = arena_str(p->arena, number);
	m->next = *bucket;
	*bucket = m;
	return m;
}

/* Where things stand: is all done, how far is the journal, what is next. */
struct standing {
	bool quiet;
	int64_t head;
	int64_t wake_at;
	int64_t now;
};

static enum rc
look(struct play *p, struct standing *s, struct err *e)
{
	struct rows *rows = NULL;

	TRY(db_exec(p->db, "play_quiet", NULL, &rows, e));
	*s = (struct standing){ rows_bool(rows, 0, 0), rows_i64(rows, 0, 1),
		rows_time(rows, 0, 2), rows_time(rows, 0, 3) };
	rows_free(&rows);
	return RC_OK;
}

/* A service that was killed comes back and catches up: wait for it. */
static enum rc
await_quiet(struct play *p, struct standing *s, struct err *e)
{
	int64_t until = clock_mono_ms() + QUIET_MS;

	for (unsigned n = 0;; n++) {
		TRY(look(p, s, e));
		if (s->quiet)
			return RC_OK;
		if (clock_mono_ms() > until)
			return err_set(e, RC_RETRY,
			    "the services did not catch up in %d s",
			    QUIET_MS / 1000);
		(void)usleep(n < 5 ? 1000 : 3000);
	}
}

static enum rc
set_clock(struct play *p, int64_t at, struct err *e)
{
	args_reset(&p->args);
	args_time(&p->args, at);
	TRY(db_exec(p->db, "play_set", &p->args, NULL, e));
	bell_ring(p->bell);
	p->now = at;
	return RC_OK;
}

/* Everything said since the last look, to the crew. */
static enum rc
hear(struct play *p, int64_t head, struct err *e)
{
	struct arena *arena = arena_new((size_t)16 << 20);
	struct log_event ev;
	enum rc rc = RC_OK;

	while (rc == RC_OK && p->seen_seq < head) {
		struct msg_envelope env;
		const struct msg_desc *d;
		void *msg;

		rc = log_next(p->log, QUIET_MS, &ev, e);
		if (rc == RC_RETRY) {
			rc = RC_OK; /* the bus was away; it reopens */
			continue;
		}
		if (rc != RC_OK)
			break;
		p->seen_seq = ev.seq;
		arena_reset(arena);
		if (envelope_decode(ev.envelope, MSG_LENIENT, &env, NULL) !=
		    RC_OK)
			continue;
		d = msg_find(env.type);
		if (d == NULL || d->kind != MSG_FACT)
			continue;
		msg = arena_alloc(arena, d->size);
		must(msg != NULL);
		if (msg_decode(d, env.data, MSG_LENIENT, msg, arena, NULL) ==
		    RC_OK)
			crew_react(p, &env, d, msg, ev.at);
	}
	arena_free(&arena);
	return rc;
}

static void
progress(const struct play *p, bool end)
{
	char text[CLOCK_TEXT];

	if (p->quiet || !isatty(STDERR_FILENO))
		return;
	(void)fprintf(stderr, "\r%s  %lld published, %lld in the journal%s",
	    clock_format(p->now, text), (long long)p->published,
	    (long long)p->seen_seq, end ? "\n" : "");
}

enum rc
play_listen(struct play *p, int64_t *wake_at, struct err *e)
{
	struct standing s;

	TRY(await_quiet(p, &s, e));
	*wake_at = s.wake_at;
	/* A sandbox's time may be moved by others, too. */
	if (s.now > p->now)
		p->now = s.now;
	return hear(p, s.head, e);
}

enum rc
play_step(struct play *p, bool *more, struct err *e)
{
	int64_t next, wake_at;

	TRY(play_listen(p, &wake_at, e));
	*more = !p->staff || p->n_open > 0;
	if (!*more)
		return RC_OK;
	next = p->n_heap > 0 ? p->heap[0].at : INT64_MAX;
	if (wake_at > 0 && wake_at < next)
		next = wake_at;
	*more = next <= p->until;
	if (!*more)
		return RC_OK;
	/* In whole minutes: what falls into one happens at its end. */
	next += (MINUTE_MS - next % MINUTE_MS) % MINUTE_MS;
	progress(p, false);
	/* Limits that end with this minute come before what staff do in it. */
	if (next > p->now)
		return set_clock(p, next, e);
	/* Reports one by one: the number is the place in the journal. */
	while (p->n_heap > 0 && p->heap[0].at <= p->now) {
		struct action a = play_next(p);

		if (!crew_still_wants(&a))
			continue;
		TRY(play_act(p, &a, e));
		if (a.report != NULL)
			break;
	}
	return RC_OK;
}

static enum rc
check_sandbox(struct play *p, struct err *e)
{
	struct rows *rows = NULL;
	bool sandbox;

	TRY(db_exec(p->db, "play_sandbox", NULL, &rows, e));
	sandbox = rows_bool(rows, 0, 0);
	p->now = rows_time(rows, 0, 1);
	rows_free(&rows);
	return sandbox ? RC_OK
		       : err_set(e, RC_REJECT,
			     "this database is not a sandbox; huying up "
			     "--sandbox");
}

static enum rc
connect_all(struct play *p, const struct conf *c, struct err *e)
{
	struct log_options follow = { .from_seq = p->seen_seq + 1,
		.follow = true };

	TRY(publisher_open(&p->publisher, c->publish, "crew", 10000, e));
	TRY(bell_open(&p->bell, c->ring, e));
	TRY(log_open(&p->log, c->log, &follow, e));
	TRY(registry_prepare(p->db, e));
	return registry_load(&p->registry, p->db, e);
}

static enum rc
play_open(struct play *p, const struct conf *c, const char *dir, int days,
    struct err *e)
{
	TRY(play_read(p, dir, e));
	if (p->n_reports == 0)
		return err_set(e, RC_REJECT, "day.jsonl has no reports");
	if (p->load)
		TRY(play_load(p, dir, c->db, e));
	TRY(check_sandbox(p, e));
	TRY(connect_all(p, c, e));
	if (p->reports[0].at > p->now)
		TRY(set_clock(p, p->reports[0].at, e));
	p->until = clock_day_start(clock_day(p->reports[0].at) + days);
	for (size_t i = 0; i < p->n_reports; i++)
		play_plan(p, (struct action){ .at = p->reports[i].at,
				 .report = &p->reports[i] });
	play_plan_scores(p);
	return crew_open(p, e);
}

/* Whoever hands a report in after the word "ready" is answered. */
static enum rc
open_staff(struct play *p, const struct conf *c, struct err *e)
{
	struct standing s;

	TRY(check_sandbox(p, e));
	TRY(look(p, &s, e));
	p->seen_seq = s.head;
	TRY(connect_all(p, c, e));
	TRY(crew_open(p, e));
	puts("ready");
	(void)fflush(stdout);
	return RC_OK;
}

static enum rc
play_all(struct play *p, const struct conf *c, const char *dir, int days,
    struct err *e)
{
	bool more = true;

	if (p->staff) {
		TRY(open_staff(p, c, e));
		return play_staff(p, e);
	}
	TRY(play_open(p, c, dir, days, e));
	while (more)
		TRY(play_step(p, &more, e));
	progress(p, true);
	return RC_OK;
}

static void
play_close(struct play *p)
{
	publisher_close(&p->publisher);
	log_reader_close(&p->log);
	bell_close(&p->bell);
	registry_free(&p->registry);
	db_close(&p->db);
	args_fini(&p->args);
	arena_free(&p->arena);
	free(p->heap);
	free(p);
}

int
cmd_play(int argc, char **argv)
{
	const char *dsn = NULL, *days_text = "7", *words[1] = { NULL };
	struct play *p = xcalloc(1, sizeof(*p));
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "--days", &days_text, NULL }, { "--load", NULL, &p->load },
		{ "--staff", NULL, &p->staff },
		{ "--quiet", NULL, &p->quiet } };
	const struct options o = { play_usage, rows, ARRAY_LEN(rows), words,
		1 };
	struct conf c;
	struct err e;
	int64_t days;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	p->arena = arena_new(MEMORY_MAX);
	args_init(&p->args);
	if (code < 0 && (n != !p->staff || !str_i64(str_of(days_text), &days) ||
			    days < 1 || days > 366)) {
		cli_say("play needs a directory (or --staff), and --days from "
			"1 to 366");
		code = EXIT_USAGE;
	}
	if (code < 0 && (code = cli_conf(&c)) < 0 &&
	    (code = cli_db(dsn, "play", queries, ARRAY_LEN(queries), &p->db)) <
		0) {
		code = EXIT_OK;
		if (dsn != NULL)
			c.db = dsn;
		if (play_all(p, &c, words[0], (int)days, &e) != RC_OK) {
			cli_say("%s", e.text);
			code = EXIT_NOTHING;
		} else {
			cli_say("played: %lld events published, %lld refused, "
				"%lld in the journal",
			    (long long)p->published, (long long)p->refused,
			    (long long)p->seen_seq);
		}
	}
	play_close(p);
	return code;
}
