/* huying deadline: when a limit ends, by a calendar file alone. */
#include "cli/calendar_file.h"
#include "cli/cli.h"
#include "common/msg/wire.h"

#include <stdio.h>

/* The longest limit skips some 40000 days, each a line. */
#define OUT_MAX ((size_t)32 << 20)

static const char usage[] =
    "usage: huying deadline CLOCK AMOUNT --from TIME [options]\n"
    "\n"
    "Says when a limit ends.  CLOCK and its AMOUNT:\n"
    "  natural        30m 24h 2d   wall time\n"
    "  calendar       90d          every day counts\n"
    "  working-days   5d           statutory working days\n"
    "  working-hours  45m 2h 1d    08:00-12:00 and 14:00-18:00 (8 h = 1 d)\n"
    "\n"
    "  --from TIME      start, 2026-02-13T17:30; +08:00 unless it has a zone,\n"
    "                   00:00 when it is a bare date\n"
    "  --explain        also list the days that were skipped, and why\n"
    "  --calendar FILE  holidays (date,kind,name_zh,source); else those of\n"
    "                   $HUYING_PACK, else of the Tonglu pack\n"
    "  --json           one object\n"
    "\n"
    "A limit in days ends with the last second of its last day; the starting\n"
    "day is not counted.\n"
    "\n"
    "Exit codes: 0 told, 2 wrong usage, 3 no sound calendar.\n"
    "\n"
    "  huying deadline working-hours 2h --from 2026-02-13T17:30\n"
    "  huying deadline working-days 5d --from 2026-09-24 --explain\n"
    "  huying deadline natural 30m --from 2026-07-12T02:31:00+08:00 --json\n";

/* The question, as asked. */
struct ask {
	const char *words[2]; /* CLOCK and AMOUNT */
	size_t n_words;
	const char *from_text;
	const char *calendar;
	struct limit limit;
	int64_t from;
	bool explain;
	bool json;
};

struct answer {
	int64_t due;
	bool provisional;
	struct buf days; /* calendar_explain() */
};

static int
usage_error(const char *what, const char *argument)
{
	(void)fprintf(stderr, "huying deadline: %s%s%s%s; --help tells more\n",
	    what, argument != NULL ? " '" : "",
	    argument != NULL ? argument : "", argument != NULL ? "'" : "");
	return EXIT_USAGE;
}

/* For people: the zone may be left out, and so may the time. */
static bool
parse_time(const char *text, int64_t *at)
{
	static const char *const ends[] = { "", "+08:00", "T00:00+08:00" };
	char whole[64];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		int n = snprintf(whole, sizeof(whole), "%s%s", text, ends[i]);

		if (n < (int)sizeof(whole) && clock_parse(str_of(whole), at))
			return true;
	}
	return false;
}

static int
take_limit(struct ask *ask, const char *clock, const char *amount)
{
	/* Every clock counts "0d"; "none" is a rule, but not a duration. */
	if (!limit_parse_parts(str_of(clock), STR("0d"), &ask->limit) ||
	    ask->limit.clock == LIMIT_NONE)
		return usage_error("CLOCK must be natural, calendar, "
				   "working-days or working-hours, not",
		    clock);
	if (limit_parse_parts(str_of(clock), str_of(amount), &ask->limit))
		return EXIT_OK;
	switch (ask->limit.clock) {
	case LIMIT_CALENDAR:
	case LIMIT_WORKING_DAYS:
		return usage_error(
		    "AMOUNT must be days like 5d (100000d at most), not",
		    amount);
	case LIMIT_NATURAL:
	case LIMIT_WORKING_HOURS:
	case LIMIT_NONE:
		break;
	}
	return usage_error("AMOUNT must be like 30m, 2h or 1d (100000d at "
			   "most), not",
	    amount);
}

static int
check(struct ask *ask)
{
	if (ask->n_words == 0)
		return usage_error("CLOCK is missing", NULL);
	if (ask->n_words == 1)
		return usage_error("AMOUNT is missing behind", ask->words[0]);
	if (take_limit(ask, ask->words[0], ask->words[1]) != EXIT_OK)
		return EXIT_USAGE;
	if (ask->from_text == NULL)
		return usage_error("--from TIME is missing", NULL);
	if (!parse_time(ask->from_text, &ask->from))
		return usage_error("--from must be a time like "
				   "2026-02-13T17:30 (years 2000 to 2999), not",
		    ask->from_text);
	return EXIT_OK;
}

/* Two of the clocks know no holidays; they must not fail for want of them. */
static bool
needs_calendar(const struct ask *ask)
{
	return ask->calendar != NULL || ask->explain ||
	       ask->limit.clock == LIMIT_WORKING_DAYS ||
	       ask->limit.clock == LIMIT_WORKING_HOURS;
}

/* "2026-02-14  Sat  make-up working day, counted (...)" as an object. */
static void
put_json_day(struct str line, struct buf *out)
{
	size_t why = sizeof("2026-02-14  Sat  ") - 1;

	must(line.n > why);
	buf_z(out, "{\"date\":");
	wire_json_str(str_cut(line, 0, 10), out);
	buf_z(out, ",\"weekday\":");
	wire_json_str(str_cut(line, 12, 3), out);
	buf_z(out, ",\"why\":");
	wire_json_str(str_cut(line, why, line.n), out);
	buf_char(out, '}');
}

static void
put_json_days(struct str days, struct buf *out)
{
	struct str line;
	bool first = true;

	buf_z(out, ",\"days\":[");
	while (str_next(&days, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (!first)
			buf_char(out, ',');
		first = false;
		put_json_day(line, out);
	}
	buf_char(out, ']');
}

static void
put_json(const struct ask *ask, const struct answer *a, struct buf *out)
{
	char text[CLOCK_TEXT];

	buf_printf(out, "{\"limit\":\"%s\"", limit_format(ask->limit, text));
	buf_printf(out, ",\"from\":\"%s\"", clock_format(ask->from, text));
	buf_printf(out, ",\"due\":\"%s\"", clock_format(a->due, text));
	buf_printf(
	    out, ",\"provisional\":%s", a->provisional ? "true" : "false");
	if (ask->explain)
		put_json_days(buf_get(&a->days), out);
	buf_z(out, "}\n");
}

static void
put_plain(const struct ask *ask, const struct answer *a, struct buf *out)
{
	char text[CLOCK_TEXT];

	buf_printf(out, "%s\n", clock_format(a->due, text));
	if (ask->explain)
		buf_str(out, buf_get(&a->days));
}

static int
tell(const struct ask *ask, const struct answer *a)
{
	struct buf out;
	bool ok;

	buf_init(&out, OUT_MAX);
	if (ask->json)
		put_json(ask, a, &out);
	else
		put_plain(ask, a, &out);
	must(!out.failed && !a->days.failed);
	ok = fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
	buf_fini(&out);
	if (ok)
		return EXIT_OK;
	(void)fprintf(stderr, "huying deadline: cannot write the answer\n");
	return EXIT_NOTHING;
}

static void
note_provisional(const struct calendar_file *f)
{
	int y, m, d;

	(void)fprintf(stderr, "note: provisional: %s holds no notice", f->path);
	clock_date_of(f->calendar.last_day, &y, &m, &d);
	if (f->calendar.n > 0)
		(void)fprintf(stderr, " after %04d-%02d-%02d", y, m, d);
	(void)fprintf(stderr, ", so the answer may still move\n");
}

static int
answer(const struct ask *ask, const struct calendar_file *f)
{
	struct answer a = { 0 };
	int rc;

	buf_init(&a.days, OUT_MAX);
	a.due =
	    calendar_due(&f->calendar, ask->limit, ask->from, &a.provisional);
	if (ask->explain)
		calendar_explain(&f->calendar, ask->limit, ask->from, &a.days);
	rc = tell(ask, &a);
	if (a.provisional)
		note_provisional(f);
	buf_fini(&a.days);
	return rc;
}

int
cmd_deadline(int argc, char **argv)
{
	struct ask ask = { 0 };
	const struct option_row rows[] = { { "--from", &ask.from_text, NULL },
		{ "--calendar", &ask.calendar, NULL },
		{ "--explain", NULL, &ask.explain },
		{ "--json", NULL, &ask.json } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), ask.words,
		ARRAY_LEN(ask.words) };
	struct calendar_file f = { 0 };
	struct err e;
	int code = options_parse(&o, argc, argv, &ask.n_words);

	if (code >= 0 || (code = check(&ask)) != EXIT_OK)
		return code;
	if (needs_calendar(&ask) &&
	    calendar_file_open(&f, ask.calendar, &e) != RC_OK) {
		(void)fprintf(stderr, "huying deadline: %s\n", e.text);
		return EXIT_CONNECT;
	}
	code = answer(&ask, &f);
	calendar_file_close(&f);
	return code;
}
