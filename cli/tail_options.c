/* What huying tail was asked for. */
#include "cli/tail.h"

#include "cli/when.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BACKLOG_MAX 1000000

static const char usage[] =
    "usage: huying tail [TOPIC...] [options]\n\n"
    "Shows events as they are stored, one a line, without gap or repeat.\n"
    "TOPIC is a noun (call), a type (call.raised) or a pattern (*.raised),\n"
    "with /DIVISION behind it if only a place matters.\n\n"
    "where to begin (from now on, when nothing is said; --no-follow and\n"
    "--case begin at the first event):\n"
    "  --since TIME       " WHEN_HELP "\n"
    "  --from-seq N       place in the journal\n"
    "  -n N               the last N that match, then on\n"
    "what to show:\n"
    "  --case NUMBER      of one casefile\n"
    "  --division CODE    of a county, township, village or grid\n"
    "  --type PATTERN     types such as 'call.*'; may be repeated\n"
    "  --not-type PATTERN all but these; may be repeated\n"
    "when to stop:\n"
    "  --no-follow        at the end of what is stored\n"
    "  --count N          after N events\n"
    "  --timeout SPAN     10s 5m 2h\n"
    "how:\n"
    "  -o FORM            pretty; json: a CloudEvent a line; topics;\n"
    "                     raw: the msgpack maps, one behind the other\n"
    "  --json             the same as -o json\n"
    "  --color WHEN       auto, always, never\n"
    "  --db DSN           where names and the time of a sandbox are\n\n"
    "Exit codes: 0 told, 1 nothing matched or fewer than --count, 2 wrong\n"
    "usage, 3 no bus, 130 interrupted.\n\n"
    "  huying tail call --division 330122109\n"
    "  huying tail --since today --no-follow --not-type 'score.*'\n"
    "  huying tail --type task.assigned --count 1 --timeout 30s --json\n";

/* Option values as they were written. */
struct asked {
	const char *since;
	const char *from_seq;
	const char *backlog;
	const char *count;
	const char *timeout;
	const char *form;
	const char *colour;
	const char *db;
	bool no_follow;
	bool json;
};

#define ROWS_MAX (12 + 2 * FILTER_WORDS_MAX)

static size_t
put_rows(struct option_row rows[ROWS_MAX], struct tail *t, struct asked *a)
{
	const struct option_row single[] = {
		{ "--since", &a->since, NULL },
		{ "--from-seq", &a->from_seq, NULL },
		{ "-n", &a->backlog, NULL },
		{ "--case", &t->filter.casefile, NULL },
		{ "--division", &t->filter.division, NULL },
		{ "--count", &a->count, NULL },
		{ "--timeout", &a->timeout, NULL },
		{ "-o", &a->form, NULL },
		{ "--color", &a->colour, NULL },
		{ "--db", &a->db, NULL },
		{ "--no-follow", NULL, &a->no_follow },
		{ "--json", NULL, &a->json },
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(single); i++)
		rows[n++] = single[i];
	for (size_t i = 0; i < FILTER_WORDS_MAX; i++)
		rows[n++] =
		    (struct option_row){ "--type", &t->filter.types[i], NULL };
	for (size_t i = 0; i < FILTER_WORDS_MAX; i++)
		rows[n++] = (struct option_row){ "--not-type",
			&t->filter.not_types[i], NULL };
	return n;
}

static int
wrong(const char *option, const char *value, const char *expected)
{
	cli_say("%s %s: must be %s", option, value, expected);
	return EXIT_USAGE;
}

static int
take_number(const char *option, const char *text, int64_t max, int64_t *v)
{
	if (text == NULL)
		return -1;
	if (!str_i64(str_of(text), v) || *v <= 0 || *v > max)
		return wrong(option, text, "a whole number above 0");
	return -1;
}

static int
take_form(struct tail *t, const struct asked *a)
{
	static const char *const names[] = {
		[FORM_PRETTY] = "pretty",
		[FORM_JSON] = "json",
		[FORM_RAW] = "raw",
		[FORM_TOPICS] = "topics",
	};

	t->form = a->json ? FORM_JSON : FORM_PRETTY;
	if (a->form == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(a->form, names[i]) == 0) {
			t->form = (enum form)i;
			return -1;
		}
	return wrong("-o", a->form, "pretty, json, raw or topics");
}

static int
take_colour(struct tail *t, const struct asked *a)
{
	const char *when = a->colour != NULL ? a->colour : "auto";

	if (strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 &&
	    strcmp(when, "never") != 0)
		return wrong("--color", when, "auto, always or never");
	t->printer.colour = cli_colour(when);
	return -1;
}

static int
take_span(struct tail *t, const struct asked *a)
{
	int64_t ms;

	if (a->timeout == NULL)
		return -1;
	if (!when_parse_span(str_of(a->timeout), &ms))
		return wrong("--timeout", a->timeout, "like 10s, 5m or 2h");
	t->until_ms = clock_mono_ms() + (ms > 0 ? ms : 1);
	return -1;
}

static int
take_since(struct tail *t, const struct asked *a)
{
	int64_t now;

	if (a->since == NULL)
		return -1;
	now = names_now(&t->names);
	if (!when_parse(str_of(a->since), now, &t->since))
		return wrong("--since", a->since,
		    "a time such as 10m, today, 2026-03-18 or "
		    "2026-03-18T09:30");
	return -1;
}

static int
take_start(struct tail *t, const struct asked *a)
{
	int said =
	    (a->since != NULL) + (a->from_seq != NULL) + (a->backlog != NULL);

	if (said > 1) {
		cli_say("only one of --since, --from-seq and -n");
		return EXIT_USAGE;
	}
	t->follow = !a->no_follow;
	t->from.from_head =
	    said == 0 && t->follow && t->filter.casefile == NULL;
	return take_since(t, a);
}

static int
take_values(struct tail *t, const struct asked *a)
{
	const struct {
		const char *option;
		const char *text;
		int64_t max;
		int64_t *v;
	} numbers[] = {
		{ "--from-seq", a->from_seq, INT64_MAX - 1, &t->from.from_seq },
		{ "-n", a->backlog, BACKLOG_MAX, &t->backlog },
		{ "--count", a->count, INT64_MAX, &t->count },
	};
	int (*const takers[])(struct tail * t,
	    const struct asked *a) = { take_form, take_colour, take_span };
	int code = -1;

	for (size_t i = 0; i < ARRAY_LEN(numbers) && code < 0; i++)
		code = take_number(numbers[i].option, numbers[i].text,
		    numbers[i].max, numbers[i].v);
	for (size_t i = 0; i < ARRAY_LEN(takers) && code < 0; i++)
		code = takers[i](t, a);
	return code;
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
tail_options(struct tail *t, int argc, char **argv)
{
	struct asked a = { .json = false };
	struct option_row rows[ROWS_MAX];
	struct options o = { .usage = usage,
		.rows = rows,
		.n_rows = put_rows(rows, t, &a),
		.words = t->filter.topics,
		.words_max = FILTER_WORDS_MAX };
	int code = options_parse(&o, argc, argv, &t->filter.n_topics);

	if (code < 0)
		code = take_values(t, &a);
	if (code < 0)
		code = cli_conf(&t->conf);
	if (code >= 0)
		return code;
	if (t->form == FORM_PRETTY || a.since != NULL)
		names_open(&t->names, a.db != NULL ? a.db : t->conf.db,
		    t->form == FORM_PRETTY);
	t->printer.registry = t->names.registry;
	t->printer.width = terminal_width();
	return take_start(t, &a);
}
