/* What huying duty found, for programs. */
#include "cli/duty.h"

#include "cli/json_out.h"

static void
put_line(struct duty *d, struct json_out *j, const struct duty_line *line)
{
	const struct row_officer *o =
	    registry_officer(d->registry, line->row->officer, d->at);
	char time[CLOCK_TEXT];

	json_out_object(j, NULL);
	json_out_str(j, "officer", line->row->officer);
	json_out_str(j, "role", line->row->role);
	json_out_z(j, "staffing", duty_staffing(line->staffing));
	json_out_str(j, "date_rule", line->row->date_rule);
	json_out_str(j, "shift", line->row->shift);
	if (o != NULL)
		json_out_str(j, "unit", o->unit);
	if (o != NULL && o->origin.n > 0)
		json_out_str(j, "origin", o->origin);
	json_out_bool(j, "on_duty", duty_is_here(line));
	if (duty_is_here(line))
		json_out_z(j, "until", clock_format(line->until, time));
	json_out_end(j);
}

static void
put_unit(struct duty *d, struct json_out *j, const struct row_unit *unit)
{
	struct duty_line line;
	size_t i = 0;

	json_out_object(j, NULL);
	json_out_str(j, "unit", unit->code);
	json_out_str(j, "name", unit->name_zh);
	json_out_str(j, "division", unit->division);
	json_out_bool(j, "duty24h", unit->duty24h);
	json_out_bool(j, "nobody", duty_is_empty(d, unit));
	json_out_array(j, "roster");
	while (duty_next(d, unit->code, &i, &line))
		put_line(d, j, &line);
	json_out_end(j);
	json_out_end(j);
}

static void
put_units(struct duty *d, const struct duty_about *about, struct json_out *j)
{
	const struct row_unit *u;
	size_t i = 0;

	json_out_array(j, "units");
	while ((u = registry_next(d->registry, TABLE_unit, d->at, &i)) != NULL)
		if (duty_shows(d, about, u))
			put_unit(d, j, u);
	json_out_end(j);
}

static void
put_nobody(struct duty *d, struct json_out *j)
{
	const struct row_unit *u;
	size_t i = 0;

	json_out_array(j, "nobody");
	while ((u = registry_next(d->registry, TABLE_unit, d->at, &i)) != NULL)
		if (duty_is_empty(d, u))
			json_out_str(j, NULL, u->code);
	json_out_end(j);
}

static void
put_covers(
    struct duty *d, struct str place, const char *mode, struct json_out *j)
{
	const struct row_coverage *c, *x;
	size_t i = 0, k;

	while ((c = duty_next_cover(d, place, mode, &i)) != NULL) {
		json_out_object(j, NULL);
		json_out_str(j, "team", c->team_unit);
		json_out_str(j, "mode", c->mode);
		json_out_array(j, "one_for");
		for (k = 0; (x = duty_next_x(d, c->team_unit, &k)) != NULL;)
			json_out_str(j, NULL, x->division);
		json_out_end(j);
		json_out_end(j);
	}
}

static void
put_locked(struct duty *d, const struct duty_about *about, struct json_out *j)
{
	struct str unit = about->unit != NULL ? about->unit->code : STR("");
	const struct row_officer *o;
	size_t i = 0;

	json_out_array(j, "locked");
	while ((o = duty_next_locked(d, unit, about->place, &i)) != NULL) {
		json_out_object(j, NULL);
		json_out_str(j, "officer", o->id);
		json_out_str(j, "role", o->role);
		json_out_str(j, "unit", o->unit);
		if (o->home.n > 0)
			json_out_str(j, "home", o->home);
		json_out_end(j);
	}
	json_out_end(j);
}

static void
put_returned(struct duty *d, const struct duty_about *about, struct json_out *j)
{
	struct str unit = about->unit != NULL ? about->unit->code : STR("");
	const struct registry_return *a = NULL;
	char time[CLOCK_TEXT];

	json_out_array(j, "given_back");
	while ((a = duty_next_returned(d, unit, about->place, a)) != NULL) {
		json_out_object(j, NULL);
		json_out_str(j, "officer", a->officer);
		json_out_str(j, "unit", a->from);
		json_out_str(j, "home", a->home);
		json_out_z(j, "since", clock_format(a->at, time));
		json_out_end(j);
	}
	json_out_end(j);
}

void
duty_json(struct duty *d, const struct duty_about *about, struct buf *out)
{
	char time[CLOCK_TEXT];
	struct json_out j;

	json_out_init(&j, out);
	json_out_object(&j, NULL);
	json_out_z(&j, "at", clock_format(d->at, time));
	put_units(d, about, &j);
	if (about->unit == NULL && about->place.n == 0) {
		put_nobody(d, &j);
	} else {
		put_locked(d, about, &j);
		put_returned(d, about, &j);
	}
	if (about->place.n > 0 &&
	    str_eq(registry_township_of(about->place), about->place)) {
		json_out_array(&j, "coverage");
		for (size_t m = 0; duty_modes[m] != NULL; m++)
			put_covers(d, about->place, duty_modes[m], &j);
		json_out_end(&j);
	}
	json_out_end(&j);
	buf_char(out, '\n');
}
