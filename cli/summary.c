/* huying summary: what a day came to, read from the journal alone. */
#include "cli/summary.h"
#include "cli/summary_story.h"

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char summary_usage[] =
    "usage: huying summary [--db DSN]\n"
    "\n"
    "Casefiles by state, a call answered in time, a call that was late with\n"
    "its cards, a penalty case, a mediation, and the last scores by unit.\n"
    "Read from the journal; changes nothing.\n"
    "\n"
    "  --db DSN   libpq connection string\n"
    "\n"
    "Exit codes: 0 told, 2 wrong usage, 3 no database.\n";

#define BATCH "2000"
#define FILES_MAX 200000

static const struct db_query queries[] = {
	{ "summary_events", "SELECT seq, at, type, envelope FROM journal.event "
			    "WHERE seq > $1 ORDER BY seq LIMIT " BATCH },
};

/* Facts that say where a casefile stands, latest one counts. */
static const struct {
	const char *type;
	const char *state;
} standings[] = {
	{ "report.received", "at the desk" },
	{ "report.refused", "not accepted" },
	{ "report.merged", "merged" },
	{ "report.answered", "answered" },
	{ "casefile.opened", "opened" },
	{ "casefile.routed", "in hand" },
	{ "casefile.raised", "in hand" },
	{ "casefile.lowered", "in hand" },
	{ "casefile.rejected", "in hand" },
	{ "casefile.merged", "merged" },
	{ "casefile.parted", "without a way" },
	{ "casefile.stranded", "without a way" },
	{ "casefile.handled", "handled" },
	{ "casefile.closed", "closed" },
	{ "casefile.reopened", "reopened" },
	{ "casefile.archived", "archived" },
};

/* What is kept of one casefile. */
struct file {
	struct str number;
	struct str place;
	struct str matter;
	int standing;
	bool call_raised, call_late, call_missed, call_over;
	bool call_emergency;
	int cards;
	bool penalty, penalty_decided, review_missed;
	bool agreed;
	struct story story;
};

struct summary {
	struct arena *arena;
	struct registry *registry;
	struct db *db;
	struct file *files;
	size_t n_files, files_cap;
	size_t *index; /* open hash over files, index + 1 */
	size_t index_cap;
	struct summary_scores scores;
	int64_t events, refusals;
	int64_t last_at;
};

static struct file *
file_of(struct summary *s, struct str number)
{
	size_t i = str_hash(number) & (s->index_cap - 1);
	struct file *f;

	for (; s->index[i] != 0; i = (i + 1) & (s->index_cap - 1))
		if (str_eq(s->files[s->index[i] - 1].number, number))
			return &s->files[s->index[i] - 1];
	if (s->n_files == s->files_cap)
		return NULL;
	f = &s->files[s->n_files++];
	*f = (struct file){ .number = arena_str(s->arena, number),
		.standing = -1 };
	s->index[i] = s->n_files;
	return f;
}

static void
note_opened(struct summary *s, struct file *f, const void *msg,
    struct str division, int64_t at)
{
	const struct msg_casefile_opened *m = msg;
	const struct row_matter *matter =
	    registry_matter(s->registry, m->matter, at);

	f->place = registry_place(s->registry, division, at, s->arena);
	f->matter =
	    matter != NULL ? matter->title_zh : arena_str(s->arena, m->matter);
}

static void
note_call(struct file *f, const struct msg_desc *d, const void *msg)
{
	const struct msg_call_reported_in *in = msg;
	const struct msg_call_raised *raised = msg;

	if (d == &msg_call_raised_desc) {
		f->call_raised = true;
		f->call_emergency = str_is(raised->class, "emergency");
	} else if (d == &msg_call_reported_in_desc) {
		f->call_late = f->call_late || in->late;
	} else if (d == &msg_call_unit_missed_desc) {
		f->call_missed = true;
	} else if (d == &msg_call_released_desc) {
		f->call_over = true;
	}
}

static void
note(struct summary *s, const struct msg_desc *d, const void *msg,
    struct str subject, struct str division, int64_t at)
{
	struct file *f = subject.n > 0 ? file_of(s, subject) : NULL;
	const struct msg_command_refused *no = msg;

	s->refusals += d == &msg_command_refused_desc;
	if (d == &msg_score_published_desc)
		summary_score(&s->scores, msg, s->arena);
	if (f == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(standings); i++)
		if (strcmp(d->type, standings[i].type) == 0)
			f->standing = (int)i;
	if (d == &msg_casefile_opened_desc)
		note_opened(s, f, msg, division, at);
	story_add(&f->story, s->registry, d, msg, at, s->arena);
	note_call(f, d, msg);
	f->cards += d == &msg_card_issued_desc || d == &msg_card_deepened_desc;
	f->penalty = f->penalty || d == &msg_penalty_filed_desc;
	f->penalty_decided =
	    f->penalty_decided || d == &msg_penalty_decided_desc;
	f->review_missed =
	    f->review_missed || (d == &msg_command_refused_desc &&
				    str_is(no->code, "REVIEW_MISSING"));
	f->agreed = f->agreed || d == &msg_agreement_performed_desc;
}

static void
take_event(
    struct summary *s, const struct rows *rows, size_t i, struct arena *scratch)
{
	struct msg_envelope env;
	const struct msg_desc *d = msg_find(rows_str(rows, i, 2));
	void *msg;

	s->events++;
	s->last_at = rows_time(rows, i, 1);
	if (d == NULL || d->kind != MSG_FACT ||
	    envelope_decode(rows_str(rows, i, 3), MSG_LENIENT, &env, NULL) !=
		RC_OK)
		return;
	msg = arena_alloc(scratch, d->size);
	must(msg != NULL);
	if (msg_decode(d, env.data, MSG_LENIENT, msg, scratch, NULL) == RC_OK)
		note(s, d, msg, env.subject, env.division, s->last_at);
}

static enum rc
read_journal(struct summary *s, struct err *e)
{
	struct arena *scratch = arena_new((size_t)64 << 20);
	struct rows *rows = NULL;
	struct args a;
	int64_t seq = 0;
	size_t n = 1;
	enum rc rc = RC_OK;

	args_init(&a);
	while (n > 0) {
		args_reset(&a);
		args_i64(&a, seq);
		rc = db_exec(s->db, "summary_events", &a, &rows, e);
		if (rc != RC_OK)
			break;
		n = rows_n(rows);
		for (size_t i = 0; i < n; i++) {
			arena_reset(scratch);
			take_event(s, rows, i, scratch);
		}
		if (n > 0)
			seq = rows_i64(rows, n - 1, 0);
		rows_free(&rows);
	}
	args_fini(&a);
	arena_free(&scratch);
	return rc;
}

static void
print_states(const struct summary *s)
{
	size_t n[ARRAY_LEN(standings)] = { 0 };

	printf("\nCasefiles and reports by state\n");
	for (size_t i = 0; i < s->n_files; i++)
		if (s->files[i].standing >= 0)
			n[s->files[i].standing]++;
	for (size_t i = 0; i < ARRAY_LEN(standings); i++)
		if (n[i] > 0)
			printf("  %-16s %6zu\n", standings[i].state, n[i]);
}

static void
print_file(const char *title, const struct file *f, const char *more)
{
	printf("\n%s\n", title);
	if (f == NULL) {
		printf("  none\n");
		return;
	}
	printf("  %.*s  %.*s  %.*s\n  %s\n", STR_ARG(f->number),
	    STR_ARG(f->place), STR_ARG(f->matter), more);
	story_print(&f->story);
	printf("  huying case show %.*s\n", STR_ARG(f->number));
}

/* The first casefile that FITS; better ones come earlier in the day. */
static const struct file *
first(const struct summary *s, bool (*fits)(const struct file *f))
{
	for (size_t i = 0; i < s->n_files; i++)
		if (fits(&s->files[i]))
			return &s->files[i];
	return NULL;
}

static bool
is_in_time(const struct file *f)
{
	return f->call_raised && f->call_emergency && f->call_over &&
	       !f->call_late && !f->call_missed && f->cards == 0;
}

static bool
is_late(const struct file *f)
{
	return f->call_raised && f->call_late && f->cards > 0;
}

static bool
is_penalty(const struct file *f)
{
	return f->penalty_decided && f->review_missed;
}

static bool
is_any_penalty(const struct file *f)
{
	return f->penalty;
}

static bool
is_mediation(const struct file *f)
{
	return f->agreed;
}

static void
print_all(struct summary *s)
{
	char text[CLOCK_TEXT];
	const struct file *penalty = first(s, is_penalty);

	printf("The journal up to %s: %lld events, %lld commands refused with "
	       "a reason\n",
	    clock_format(s->last_at, text), (long long)s->events,
	    (long long)s->refusals);
	print_states(s);
	print_file("A call answered in time (乡呼县应)", first(s, is_in_time),
	    "every department was there before its limit");
	print_file("A call that was late, and its cards (督办)",
	    first(s, is_late), "a department came late; cards were issued");
	if (penalty == NULL)
		penalty = first(s, is_any_penalty);
	print_file("A penalty case (处罚案件)", penalty,
	    "two certified officers, legal review before the decision");
	print_file("A mediation (调解)", first(s, is_mediation),
	    "both parties consented, agreed and performed");
	summary_scores_print(&s->scores, s->registry, s->last_at);
	printf("\nLook further\n"
	       "  huying events --since 2026-03-18             the day, event "
	       "by event\n"
	       "  huying case list                             casefiles\n"
	       "  huying score show                            all units\n"
	       "  huying status                                the services\n"
	       "  huying verify                                the hash "
	       "chain\n");
}

int
cmd_summary(int argc, char **argv)
{
	const char *dsn = NULL;
	const struct option_row rows[] = { { "--db", &dsn, NULL } };
	const struct options o = { summary_usage, rows, ARRAY_LEN(rows), NULL,
		0 };
	struct summary *s = xcalloc(1, sizeof(*s));
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	s->arena = arena_new((size_t)1 << 30);
	s->files_cap = FILES_MAX;
	s->index_cap = (size_t)1 << 19;
	s->files = xcalloc(s->files_cap, sizeof(*s->files));
	s->index = xcalloc(s->index_cap, sizeof(*s->index));
	if (code < 0 && (code = cli_db(dsn, "summary", queries,
			     ARRAY_LEN(queries), &s->db)) < 0) {
		code = EXIT_OK;
		if (registry_prepare(s->db, &e) != RC_OK ||
		    registry_load(&s->registry, s->db, &e) != RC_OK ||
		    read_journal(s, &e) != RC_OK) {
			cli_say("%s", e.text);
			code = EXIT_CONNECT;
		} else {
			print_all(s);
		}
	}
	registry_free(&s->registry);
	db_close(&s->db);
	arena_free(&s->arena);
	free(s->files);
	free(s->index);
	free(s);
	return code;
}
