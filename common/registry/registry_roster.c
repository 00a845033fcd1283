/* Who is on the rosters of a unit, and who of them is on duty (pure). */
#include "common/registry/inside.h"
#include "common/registry/roster.h"

static const struct row_roster *
roster_row(const struct registry *r, size_t i)
{
	const void *row = table_row(r, TABLE_roster, i);

	return row;
}

/* Place of the first line of UNIT or behind it. */
static size_t
first_line(const struct registry *r, struct str unit)
{
	size_t lo = 0, hi = r->table[TABLE_roster].n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(roster_row(r, mid)->unit, unit) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct row_roster *
registry_roster(
    const struct registry *r, struct str unit, int64_t at, size_t *i)
{
	const struct table *t = &r->table[TABLE_roster];

	if (*i == 0)
		*i = first_line(r, unit);
	while (*i < t->n && str_eq(roster_row(r, *i)->unit, unit)) {
		size_t here = (*i)++;

		if (valid_at(t, here, at))
			return roster_row(r, here);
	}
	return NULL;
}

bool
registry_covers(
    const struct registry *r, const struct row_roster *line, int64_t at)
{
	struct roster w;

	return roster_parse(line->date_rule, line->shift, &w) &&
	       roster_covers(&w, &r->calendar, at);
}

bool
registry_on_duty(
    const struct registry *r, struct str unit, struct str officer, int64_t at)
{
	const struct row_roster *line;
	size_t i = 0;

	while ((line = registry_roster(r, unit, at, &i)) != NULL)
		if (str_eq(line->officer, officer) &&
		    registry_covers(r, line, at))
			return true;
	return false;
}

bool
registry_is_rostered(
    const struct registry *r, struct str unit, struct str officer, int64_t at)
{
	const struct row_roster *line;
	size_t i = 0;

	while ((line = registry_roster(r, unit, at, &i)) != NULL)
		if (str_eq(line->officer, officer))
			return true;
	return false;
}
