/* huying duty: who is on duty, who may be called, who covers a township. */
#include "cli/duty.h"

#include "cli/when.h"
#include "common/registry/roster.h"

#include <stdio.h>

#define ARENA_MAX ((size_t)256 << 20)
#define OUT_MAX ((size_t)64 << 20)

static const char usage[] =
    "usage: huying duty [UNIT|DIVISION] [options]\n\n"
    "Who is on duty (值班) and until when, by the rosters of the pack.\n"
    "Without a word: the county's duty desks, the command room of each\n"
    "township, and which 24-hour unit (24小时值班) has nobody.\n\n"
    "  UNIT       its roster: who is there; who may be called: resident "
    "(常驻),\n"
    "             rotating (轮驻), on call (随驻); who is locked (双锁定),\n"
    "             who was given back to a department (反向否决)\n"
    "  DIVISION   the units of a township or village; for a township also\n"
    "             which teams cover it, and whose is the 1 of 1+X\n\n"
    "  --at TIME  " WHEN_HELP "\n"
    "  -o json    one object (--json says the same)\n"
    "  --db DSN   libpq connection string\n\n"
    "Exit codes: 0 told, 1 no such unit or place, or a 24-hour unit has\n"
    "nobody, 2 wrong usage, 3 no database.\n\n"
    "  huying duty 330122109-CMD\n"
    "  huying duty 330122109 --at 2026-03-18T02:30\n";

const char *
duty_staffing(enum duty_staffing s)
{
	static const char *const words[] = { "resident", "rotating",
		"on_call" };

	return words[s];
}

static enum duty_staffing
staffing_of(const struct roster *w)
{
	if (w->on_call)
		return DUTY_ON_CALL;
	switch (w->rule) {
	case ROSTER_ALWAYS:
	case ROSTER_WORKDAY:
		return DUTY_RESIDENT;
	case ROSTER_WEEKDAY:
	case ROSTER_DATE:
	case ROSTER_CYCLE:
		break;
	}
	return DUTY_ROTATING;
}

bool
duty_next(
    const struct duty *d, struct str unit, size_t *i, struct duty_line *line)
{
	const struct row_roster *row;
	struct roster w;

	while ((row = registry_roster(d->registry, unit, d->at, i)) != NULL) {
		if (!roster_parse(row->date_rule, row->shift, &w))
			continue; /* pack check lets none through */
		*line = (struct duty_line){ row, staffing_of(&w),
			roster_until(
			    &w, registry_calendar(d->registry), d->at) };
		return true;
	}
	return false;
}

bool
duty_is_here(const struct duty_line *line)
{
	return line->until > 0 && line->staffing != DUTY_ON_CALL;
}

bool
duty_is_empty(const struct duty *d, const struct row_unit *unit)
{
	struct duty_line line;
	size_t i = 0;

	while (unit->duty24h && duty_next(d, unit->code, &i, &line))
		if (line.until > 0)
			return false;
	return unit->duty24h;
}

bool
duty_is_desk(const struct duty *d, const struct row_unit *unit)
{
	if (str_is(unit->kind, "command_room"))
		return true;
	return unit->duty24h &&
	       str_eq(unit->division, registry_county(d->registry));
}

const struct row_officer *
duty_next_locked(
    const struct duty *d, struct str unit, struct str place, size_t *i)
{
	const struct row_officer *o;
	const struct row_unit *u;

	while (
	    (o = registry_next(d->registry, TABLE_officer, d->at, i)) != NULL) {
		if (!o->locked)
			continue;
		u = registry_unit(d->registry, o->unit, d->at);
		if (unit.n > 0 ? str_eq(o->unit, unit)
			       : u != NULL && str_eq(u->division, place))
			return o;
	}
	return NULL;
}

const struct registry_return *
duty_next_returned(const struct duty *d, struct str unit, struct str place,
    const struct registry_return *prev)
{
	const struct registry_return *a = prev;

	while ((a = registry_next_return(d->registry, a, d->at)) != NULL) {
		const struct row_officer *o =
		    registry_officer(d->registry, a->officer, d->at);
		const struct row_unit *u =
		    registry_unit(d->registry, a->from, a->at);

		if (o == NULL || !str_eq(o->unit, a->home))
			continue; /* sent out again since */
		if (unit.n > 0 ? str_eq(unit, a->from) || str_eq(unit, a->home)
			       : u != NULL && place.n > 0 &&
				     registry_inside(u->division, place))
			return a;
	}
	return NULL;
}

const char *const duty_modes[] = { "own", "centre", "branch", "county", NULL };

const struct row_coverage *
duty_next_cover(
    const struct duty *d, struct str place, const char *mode, size_t *i)
{
	const struct row_coverage *c;

	while (
	    (c = registry_next(d->registry, TABLE_coverage, d->at, i)) != NULL)
		if (str_is(c->mode, mode) &&
		    (str_eq(c->division, place) || str_is(c->mode, "county")))
			return c;
	return NULL;
}

const struct row_coverage *
duty_next_x(const struct duty *d, struct str team, size_t *i)
{
	const struct row_coverage *c;

	while (
	    (c = registry_next(d->registry, TABLE_coverage, d->at, i)) != NULL)
		if (str_eq(c->team_unit, team) && str_is(c->mode, "centre"))
			return c;
	return NULL;
}

bool
duty_shows(const struct duty *d, const struct duty_about *about,
    const struct row_unit *unit)
{
	struct duty_line line;
	size_t i = 0;

	if (about->unit != NULL)
		return unit == about->unit;
	if (about->place.n == 0)
		return duty_is_desk(d, unit);
	return str_eq(unit->division, about->place) &&
	       (unit->duty24h || duty_next(d, unit->code, &i, &line));
}

/* The county by its code is the county without a word. */
static bool
find(const struct duty *d, struct str word, struct duty_about *about)
{
	*about = (struct duty_about){ .unit = NULL };
	if (word.n == 0 || str_eq(word, registry_county(d->registry)))
		return true;
	about->unit = registry_unit(d->registry, word, d->at);
	if (about->unit != NULL)
		return true;
	about->place = word;
	return registry_division(d->registry, word, d->at) != NULL;
}

/* Of what is shown; of the whole county every 24-hour unit counts. */
static bool
anybody_missing(const struct duty *d, const struct duty_about *about)
{
	const struct row_unit *u;
	size_t i = 0;

	while ((u = registry_next(d->registry, TABLE_unit, d->at, &i)) != NULL)
		if (duty_is_empty(d, u) &&
		    ((about->unit == NULL && about->place.n == 0) ||
			duty_shows(d, about, u)))
			return true;
	return false;
}

static int
tell(struct duty *d, struct str word, bool json)
{
	struct duty_about about;
	struct buf out;

	if (!find(d, word, &about)) {
		cli_say("no unit or division %.*s on that day", STR_ARG(word));
		return EXIT_NOTHING;
	}
	buf_init(&out, OUT_MAX);
	if (json)
		duty_json(d, &about, &out);
	else
		duty_text(d, &about, &out);
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
	return anybody_missing(d, &about) ? EXIT_NOTHING : EXIT_OK;
}

static int
show(struct names *names, const char *word, const char *at, bool json)
{
	struct duty d = { .registry = names->registry };
	int code;

	if (names->registry == NULL)
		return EXIT_CONNECT; /* and it was said why */
	d.now = names_now(names);
	d.at = d.now;
	if (at != NULL && !when_parse(str_of(at), d.now, &d.at)) {
		cli_say("--at takes " WHEN_HELP);
		return EXIT_USAGE;
	}
	if (registry_county(d.registry).n == 0) {
		cli_say("no pack is loaded");
		return EXIT_NOTHING;
	}
	d.printer.registry = d.registry;
	d.printer.arena = arena_new(ARENA_MAX);
	code = tell(&d, str_of(word), json);
	arena_free(&d.printer.arena);
	return code;
}

int
cmd_duty(int argc, char **argv)
{
	const char *dsn = NULL, *format = NULL, *at = NULL, *word = "";
	bool json = false;
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "--at", &at, NULL }, { "-o", &format, NULL },
		{ "--json", NULL, &json } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), &word, 1 };
	struct names names = { .db = NULL };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &json)) >= 0)
		return code;
	code = cli_db(dsn, "huying duty", NULL, 0, &names.db);
	if (code >= 0)
		return code;
	names_adopt(&names);
	code = show(&names, word, at, json);
	names_close(&names);
	return code;
}
