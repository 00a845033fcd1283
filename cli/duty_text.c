/* What huying duty found, for people. */
#include "cli/duty.h"

#include "cli/columns.h"
#include "cli/when.h"

#define CODE_COLUMNS 18
#define NAME_COLUMNS 38
#define OFFICER_COLUMNS 14
#define PERSON_COLUMNS 18

static void
put_officer(struct duty *d, struct str id, struct buf *out)
{
	columns_put_cell(out, id, OFFICER_COLUMNS);
	columns_put_cell(out, print_name(&d->printer, LOOK_OFFICER, id, d->at),
	    PERSON_COLUMNS);
}

static void
put_unit_name(struct duty *d, struct str code, struct buf *out)
{
	columns_put_cell(out, code, CODE_COLUMNS);
	columns_put_cell(
	    out, print_name(&d->printer, LOOK_UNIT, code, d->at), NAME_COLUMNS);
}

/* Staff that was sunk (下沉) or serves here from another unit. */
static void
put_from(struct duty *d, const struct row_roster *row, struct buf *out)
{
	const struct row_officer *o =
	    registry_officer(d->registry, row->officer, d->at);

	if (o == NULL)
		return;
	if (!str_eq(o->unit, row->unit))
		buf_printf(out, "  of %.*s",
		    STR_ARG(
			print_name(&d->printer, LOOK_UNIT, o->unit, d->at)));
	if (o->origin.n > 0)
		buf_printf(out, "  from the %.*s", STR_ARG(o->origin));
}

static void
put_here(struct duty *d, struct str unit, struct buf *out)
{
	struct duty_line line;
	size_t i = 0, n = 0;

	buf_z(out, "\non duty\n");
	while (duty_next(d, unit, &i, &line)) {
		if (!duty_is_here(&line))
			continue;
		n++;
		buf_z(out, "  ");
		put_officer(d, line.row->officer, out);
		columns_put_cell(out, line.row->role, 22);
		when_put_due(out, line.until, d->at);
		put_from(d, line.row, out);
		buf_char(out, '\n');
	}
	if (n == 0)
		buf_z(out, "  nobody sits there\n");
}

static void
put_callable(struct duty *d, struct str unit, struct buf *out)
{
	static const char *const words[] = { "resident 常驻", "rotating 轮驻",
		"on call 随驻" };
	struct duty_line line;
	size_t i = 0, n = 0;

	buf_z(out, "\nmay be called\n");
	while (duty_next(d, unit, &i, &line)) {
		n++;
		buf_z(out, "  ");
		put_officer(d, line.row->officer, out);
		columns_put_cell(out, line.row->role, 22);
		columns_put_cell(out, str_of(words[line.staffing]), 15);
		columns_put_cell(out, line.row->date_rule, 24);
		columns_put(out, line.row->shift, 11);
		put_from(d, line.row, out);
		buf_char(out, '\n');
	}
	if (n == 0)
		buf_z(out, "  nobody\n");
}

static void
put_locked(struct duty *d, const struct duty_about *about, struct buf *out)
{
	struct str unit = about->unit != NULL ? about->unit->code : STR("");
	const struct row_officer *o;
	size_t i = 0, n = 0;

	while ((o = duty_next_locked(d, unit, about->place, &i)) != NULL) {
		buf_z(out, n++ == 0 ? "\nlocked 双锁定\n" : "");
		buf_z(out, "  ");
		put_officer(d, o->id, out);
		columns_put_cell(out, o->role, 22);
		put_unit_name(d, o->unit, out);
		if (o->home.n > 0)
			buf_printf(out, "home %.*s",
			    STR_ARG(print_name(
				&d->printer, LOOK_UNIT, o->home, d->at)));
		buf_char(out, '\n');
	}
}

static void
put_returned(struct duty *d, const struct duty_about *about, struct buf *out)
{
	struct str unit = about->unit != NULL ? about->unit->code : STR("");
	const struct registry_return *a = NULL;
	size_t n = 0;

	while ((a = duty_next_returned(d, unit, about->place, a)) != NULL) {
		buf_z(out, n++ == 0 ? "\ngiven back 反向否决\n" : "");
		buf_z(out, "  ");
		put_officer(d, a->officer, out);
		put_unit_name(d, a->from, out);
		buf_printf(out, "to %.*s since ",
		    STR_ARG(
			print_name(&d->printer, LOOK_UNIT, a->home, d->at)));
		when_put(out, a->at, d->at);
		buf_char(out, '\n');
	}
}

/* Who is there, else who is on call, with how many more. */
static void
put_desk(struct duty *d, const struct row_unit *unit, struct buf *out)
{
	struct duty_line line, first = { .row = NULL };
	size_t i = 0, n = 0;

	while (duty_next(d, unit->code, &i, &line)) {
		if (line.until == 0)
			continue;
		n++;
		if (first.row == NULL ||
		    (duty_is_here(&line) && !duty_is_here(&first)))
			first = line;
	}
	put_unit_name(d, unit->code, out);
	if (first.row == NULL) {
		buf_z(out, unit->duty24h ? "NOBODY\n" : "-\n");
		return;
	}
	put_officer(d, first.row->officer, out);
	if (duty_is_here(&first))
		when_put_due(out, first.until, d->at);
	else
		buf_z(out, "on call");
	if (n > 1)
		buf_printf(out, ", and %zu more", n - 1);
	buf_char(out, '\n');
}

/* County desks first: its code is the shortest, and units go by code. */
static void
put_desks(struct duty *d, const struct duty_about *about, struct buf *out)
{
	const struct row_unit *u;
	size_t i = 0;

	buf_char(out, '\n');
	while ((u = registry_next(d->registry, TABLE_unit, d->at, &i)) != NULL)
		if (duty_shows(d, about, u))
			put_desk(d, u, out);
}

static void
put_nobody(struct duty *d, struct buf *out)
{
	const struct row_unit *u;
	size_t i = 0, n = 0, empty = 0;

	buf_char(out, '\n');
	while (
	    (u = registry_next(d->registry, TABLE_unit, d->at, &i)) != NULL) {
		n += u->duty24h ? 1 : 0;
		if (!duty_is_empty(d, u))
			continue;
		empty++;
		buf_printf(out, "nobody at %.*s %.*s\n", STR_ARG(u->code),
		    STR_ARG(u->name_zh));
	}
	buf_printf(
	    out, "%zu of %zu 24-hour units have somebody\n", n - empty, n);
}

/* For whom TEAM is the 1. */
static void
put_x(struct duty *d, struct str team, struct buf *out)
{
	const struct row_coverage *c;
	size_t i = 0, n = 0;

	while ((c = duty_next_x(d, team, &i)) != NULL) {
		buf_z(out, n++ == 0 ? "the 1 for " : ", ");
		buf_str(out,
		    print_name(&d->printer, LOOK_DIVISION, c->division, d->at));
	}
}

static void
put_covers(struct duty *d, struct str place, const char *mode, struct buf *out)
{
	const struct row_coverage *c;
	size_t i = 0, x;

	while ((c = duty_next_cover(d, place, mode, &i)) != NULL) {
		buf_z(out, "  ");
		columns_put_cell(out, c->mode, 8);
		x = 0;
		if (duty_next_x(d, c->team_unit, &x) != NULL) {
			put_unit_name(d, c->team_unit, out);
			put_x(d, c->team_unit, out);
		} else {
			columns_put_cell(out, c->team_unit, CODE_COLUMNS);
			buf_str(out, print_name(&d->printer, LOOK_UNIT,
					 c->team_unit, d->at));
		}
		buf_char(out, '\n');
	}
}

static void
put_unit(struct duty *d, const struct duty_about *about, struct buf *out)
{
	const struct row_unit *unit = about->unit;

	buf_printf(out, "%.*s %.*s%s\n", STR_ARG(unit->code),
	    STR_ARG(unit->name_zh), unit->duty24h ? "  24 h" : "");
	put_here(d, unit->code, out);
	put_callable(d, unit->code, out);
	put_locked(d, about, out);
	put_returned(d, about, out);
	if (duty_is_empty(d, unit))
		buf_z(out, "\na 24-hour unit, and nobody is there\n");
}

static void
put_place(struct duty *d, const struct duty_about *about, struct buf *out)
{
	put_desks(d, about, out);
	if (str_eq(registry_township_of(about->place), about->place)) {
		buf_z(out, "\ncovered by (1+X)\n");
		for (size_t m = 0; duty_modes[m] != NULL; m++)
			put_covers(d, about->place, duty_modes[m], out);
	}
	put_locked(d, about, out);
	put_returned(d, about, out);
}

void
duty_text(struct duty *d, const struct duty_about *about, struct buf *out)
{
	struct str place =
	    about->place.n > 0 ? about->place : registry_county(d->registry);

	when_put_day(out, d->at);
	buf_char(out, ' ');
	when_put_time(out, d->at);
	buf_z(out, "  ");
	if (about->unit != NULL) {
		put_unit(d, about, out);
		return;
	}
	buf_str(out, print_name(&d->printer, LOOK_DIVISION, place, d->at));
	buf_char(out, '\n');
	if (about->place.n > 0) {
		put_place(d, about, out);
		return;
	}
	put_desks(d, about, out);
	put_nobody(d, out);
}
