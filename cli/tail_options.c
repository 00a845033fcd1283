/* What huying tail was asked for. */
#include "cli/tail_asked.h"
#include "cli/when.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BACKLOG_MAX 1000000
#define GROUP_QUIET_MS (2 * MINUTE_MS)
#define GROUP_EVENTS 10000
#define GROUP_EVENTS_MAX 1000000

#define SINGLE_MAX 40
#define ROWS_MAX (SINGLE_MAX + 11 * FILTER_WORDS_MAX)

static size_t
put_list(struct option_row *rows, const char *name,
    const char *words[FILTER_WORDS_MAX])
{
	for (size_t i = 0; i < FILTER_WORDS_MAX; i++)
		rows[i] = (struct option_row){ name, &words[i], NULL };
	return FILTER_WORDS_MAX;
}

static size_t
put_rows(struct option_row rows[ROWS_MAX], struct tail *t, struct asked *a)
{
	const struct option_row single[] = {
		{ "--since", &a->since, NULL },
		{ "--until", &a->until, NULL },
		{ "--from-seq", &a->from_seq, NULL },
		{ "-n", &a->backlog, NULL },
		{ "--after-cursor", &a->after_cursor, NULL },
		{ "--cursor-file", &t->cursor_file, NULL },
		{ "-c", &a->count, NULL },
		{ "--count", &a->count, NULL },
		{ "--timeout", &a->timeout, NULL },
		{ "--idle", &a->idle, NULL },
		{ "-f", NULL, &a->follow },
		{ "--follow", NULL, &a->follow },
		{ "--no-follow", NULL, &a->no_follow },
		{ "-o", &a->form, NULL },
		{ "--json", NULL, &a->json },
		{ "-F", &a->format, NULL },
		{ "--format", &a->format, NULL },
		{ "-j", NULL, &a->json_values },
		{ "-G", &a->group, NULL },
		{ "--group", &a->group, NULL },
		{ "--group-timeout", &a->group_timeout, NULL },
		{ "--group-limit", &a->group_limit, NULL },
		{ "-R", &a->rate, NULL },
		{ "--color", &a->colour, NULL },
		{ "--time", &a->time, NULL },
		{ "--utc", NULL, &a->utc },
		{ "--live-only", NULL, &a->live_only },
		{ "--fill-gaps", NULL, &a->fill },
		{ "--no-fill-gaps", NULL, &a->no_fill },
		{ "--strict", NULL, &t->strict },
		{ "-q", NULL, &t->quiet },
		{ "-v", NULL, &t->verbose },
		{ "--db", &a->db, NULL },
	};
	const struct {
		const char *yes, *no;
		struct filter_words *words;
	} lists[] = {
		{ "--type", "--not-type", &t->filter.type },
		{ "--case", "--not-case", &t->filter.casefile },
		{ "--division", "--not-division", &t->filter.division },
		{ "--source", "--not-source", &t->filter.source },
	};
	size_t n = 0;

	must(ARRAY_LEN(single) <= SINGLE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(single); i++)
		rows[n++] = single[i];
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		n += put_list(rows + n, lists[i].yes, lists[i].words->yes);
		n += put_list(rows + n, lists[i].no, lists[i].words->no);
	}
	n += put_list(rows + n, "-T", t->filter.topic.no);
	n += put_list(rows + n, "--not-topic", t->filter.topic.no);
	return n;
}

int
tail_wrong(const char *option, const char *value, const char *expected)
{
	cli_say("%s %s: must be %s", option, value, expected);
	return EXIT_USAGE;
}

static int
take_numbers(struct tail *t, const struct asked *a)
{
	int64_t limit = GROUP_EVENTS;
	const struct {
		const char *option;
		const char *text;
		int64_t max;
		int64_t *v;
	} rows[] = {
		{ "--from-seq", a->from_seq, INT64_MAX - 1, &t->from.from_seq },
		{ "-n", a->backlog, BACKLOG_MAX, &t->backlog },
		{ "--count", a->count, INT64_MAX, &t->count },
		{ "--group-limit", a->group_limit, GROUP_EVENTS_MAX, &limit },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].text != NULL &&
		    (!str_i64(str_of(rows[i].text), rows[i].v) ||
			*rows[i].v <= 0 || *rows[i].v > rows[i].max))
			return tail_wrong(rows[i].option, rows[i].text,
			    "a whole number above 0, and not too large");
	t->bounds.n_events = (size_t)limit;
	return TAIL_GOES_ON;
}

static int
take_spans(struct tail *t, const struct asked *a)
{
	const struct {
		const char *option;
		const char *text;
		int64_t *v;
	} rows[] = {
		{ "--timeout", a->timeout, &t->timeout_ms },
		{ "--idle", a->idle, &t->idle_ms },
		{ "--group-timeout", a->group_timeout, &t->bounds.quiet_ms },
	};

	t->bounds.quiet_ms = GROUP_QUIET_MS;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].text == NULL)
			continue;
		if (!when_parse_span(str_of(rows[i].text), rows[i].v))
			return tail_wrong(
			    rows[i].option, rows[i].text, "like 10s, 5m or 2h");
		if (*rows[i].v == 0)
			*rows[i].v = 1;
	}
	if (a->rate != NULL && !rate_parse(str_of(a->rate), &t->rate))
		return tail_wrong(
		    "-R", a->rate, "like 10 (a second) or 100/1m");
	return TAIL_GOES_ON;
}

/* Index of TEXT among NAMES; -1: it is not there. */
static int
index_of(const char *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, names[i]) == 0)
			return (int)i;
	return -1;
}

static int
take_form(struct tail *t, const struct asked *a)
{
	static const char *const names[] = {
		[FORM_PRETTY] = "pretty",
		[FORM_SHORT] = "short",
		[FORM_JSON] = "json",
		[FORM_JSON_PRETTY] = "json-pretty",
		[FORM_RAW] = "raw",
		[FORM_TOPICS] = "topics",
	};
	int form = a->json ? FORM_JSON : FORM_PRETTY;
	struct err e;

	if (a->form != NULL)
		form = index_of(a->form, names, ARRAY_LEN(names));
	if (form < 0)
		return tail_wrong("-o", a->form,
		    "pretty, short, json, json-pretty, raw or topics");
	t->line.form = (enum tail_form)form;
	if (form == FORM_RAW && isatty(STDOUT_FILENO)) {
		cli_say("-o raw writes bytes: not onto a terminal");
		return EXIT_USAGE;
	}
	if (a->format == NULL && a->json_values)
		return tail_wrong("-j", "", "given with --format");
	if (a->format == NULL)
		return TAIL_GOES_ON;
	t->line.form = FORM_FORMAT;
	if (a->form != NULL || a->json)
		return tail_wrong("--format", a->format, "given without -o");
	if (format_parse(&t->line.format, a->format, a->json_values, &e) ==
	    RC_OK)
		return TAIL_GOES_ON;
	cli_say("--format %s: %s", a->format, e.text);
	return EXIT_USAGE;
}

static int
take_look(struct tail *t, const struct asked *a)
{
	static const char *const colours[] = { "auto", "always", "never" };
	static const char *const times[] = {
		[TIME_ABS] = "abs",
		[TIME_REL] = "rel",
		[TIME_DELTA] = "delta",
		[TIME_NONE] = "none",
	};
	const char *colour = a->colour != NULL ? a->colour : "auto";
	const char *time = a->time != NULL ? a->time : "abs";
	int how = index_of(time, times, ARRAY_LEN(times));

	if (index_of(colour, colours, ARRAY_LEN(colours)) < 0)
		return tail_wrong("--color", colour, "auto, always or never");
	if (how < 0)
		return tail_wrong("--time", time, "abs, rel, delta or none");
	t->line.printer.colour = cli_colour(colour);
	t->line.printer.clock.how = (enum print_time)how;
	t->line.printer.clock.utc = a->utc;
	return TAIL_GOES_ON;
}

static int
take_group(struct tail *t, const struct asked *a)
{
	if (a->group == NULL) {
		if (a->group_timeout == NULL && a->group_limit == NULL)
			return TAIL_GOES_ON;
		cli_say("--group-timeout and --group-limit go with --group");
		return EXIT_USAGE;
	}
	if (strcmp(a->group, "case") != 0)
		return tail_wrong("--group", a->group, "case");
	if (t->rate.n > 0) {
		cli_say("-R leaves out single events; not with --group");
		return EXIT_USAGE;
	}
	t->groups = groups_new(&t->bounds);
	return TAIL_GOES_ON;
}

static int
take_words(struct tail *t, const struct asked *a)
{
	struct err e;

	(void)a;
	if (filter_check(&t->filter, &e) == RC_OK)
		return TAIL_GOES_ON;
	cli_say("%s", e.text);
	return EXIT_USAGE;
}

static size_t
terminal_width(void)
{
	struct winsize w;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0)
		return w.ws_col;
	return 0;
}

int
tail_options(struct tail *t, int argc, char **argv, bool follow)
{
	static int (*const takers[])(
	    struct tail * t, const struct asked *a) = { take_numbers,
		take_spans, take_words, take_form, take_look, take_group };
	struct asked a = { .json = false };
	struct option_row rows[ROWS_MAX];
	struct options o = { .usage = follow ? tail_help : events_help,
		.rows = rows,
		.n_rows = put_rows(rows, t, &a),
		.words = t->filter.topic.yes,
		.words_max = FILTER_WORDS_MAX };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	for (size_t i = 0; i < ARRAY_LEN(takers) && code < 0; i++)
		code = takers[i](t, &a);
	if (code < 0)
		code = cli_conf(&t->conf);
	if (code >= 0)
		return code;
	t->line.printer.width = terminal_width();
	return tail_start(t, &a, follow);
}
