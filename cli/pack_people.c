/* Officers and their rosters. */
#include "cli/pack_check.h"

#include "common/registry/roster.h"

#include <stdlib.h>

static const struct row_roster *
roster_row(const struct pack *p, size_t i)
{
	return pack_row(p, TABLE_roster, i);
}

static void
check_certificate(struct pack *p, size_t i)
{
	const struct row_officer *o = pack_row(p, TABLE_officer, i);
	int n = (o->certificate_no.n > 0) + (o->certificate_valid_from != 0) +
		(o->certificate_valid_to != 0);

	if (n > 0 && n < 3)
		pack_fault_at(p, TABLE_officer, i, "certificate_no",
		    "certificate_no: number and both days, or none of them");
	if (n == 3 && o->certificate_valid_from >= o->certificate_valid_to)
		pack_fault_at(p, TABLE_officer, i, "certificate_valid_to",
		    "certificate_valid_to: not after certificate_valid_from");
	if (n == 0 && str_is(o->role, "enforcement_officer"))
		pack_fault_at(p, TABLE_officer, i, "certificate_no",
		    "certificate_no: an enforcement officer has one");
}

static void
check_officer(struct pack *p, size_t i)
{
	const struct row_officer *o = pack_row(p, TABLE_officer, i);
	const struct row_unit *u =
	    registry_unit(p->registry, o->unit, p->meta.valid_from);
	bool grids = str_is(o->role, "grid_worker");

	check_certificate(p, i);
	if (grids && o->grid.n == 0)
		pack_fault_at(
		    p, TABLE_officer, i, "grid", "grid: a grid worker has one");
	if (!grids && o->grid.n > 0)
		pack_fault_at(
		    p, TABLE_officer, i, "grid", "grid: only for grid workers");
	else if (o->grid.n > 0 && u != NULL &&
		 !registry_inside(o->grid, u->division))
		pack_fault_at(p, TABLE_officer, i, "grid",
		    "grid: not where the officer's unit is");
}

/* Certificates are somebody's own: no number twice. */
static int
by_certificate(const void *a, const void *b, void *ctx)
{
	const struct pack *p = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	const struct row_officer *x = pack_row(p, TABLE_officer, i);
	const struct row_officer *y = pack_row(p, TABLE_officer, j);
	int c = str_cmp(x->certificate_no, y->certificate_no);

	return c != 0 ? c : (i > j) - (i < j);
}

static void
check_certificates(struct pack *p)
{
	size_t *v = pack_order(p, TABLE_officer);
	size_t n = p->tables[TABLE_officer].n;

	qsort_r(v, n, sizeof(*v), by_certificate, p);
	for (size_t i = 1; i < n; i++) {
		const struct row_officer *a =
		    pack_row(p, TABLE_officer, v[i - 1]);
		const struct row_officer *b = pack_row(p, TABLE_officer, v[i]);

		if (b->certificate_no.n > 0 &&
		    str_eq(a->certificate_no, b->certificate_no))
			pack_fault_at(p, TABLE_officer, v[i], "certificate_no",
			    "certificate_no: officer %.*s has it",
			    STR_ARG(a->id));
	}
	free(v);
}

static void
check_roster(struct pack *p, size_t i)
{
	const struct row_roster *row = roster_row(p, i);
	const struct row_officer *o =
	    registry_officer(p->registry, row->officer, p->meta.valid_from);
	struct roster w;

	if (row->date_rule.n > 0 &&
	    !roster_parse(row->date_rule, STR("on_call"), &w))
		pack_fault_at(p, TABLE_roster, i, "date_rule",
		    "date_rule: must be cycle:N/K@DAY, workday, weekday:1|3, "
		    "date:DAY or always");
	if (row->shift.n > 0 && !roster_parse(STR("always"), row->shift, &w))
		pack_fault_at(p, TABLE_roster, i, "shift",
		    "shift: must be HH:MM-HH:MM or on_call");
	if (o != NULL && !str_is(row->role, "registered") &&
	    !str_eq(o->role, row->role))
		pack_fault_at(p, TABLE_roster, i, "role",
		    "role: the officer is %.*s", STR_ARG(o->role));
}

/* Half hours of three weeks: every cycle and a long holiday fit in. */
#define WATCHED_DAYS 21
#define STEP_MS (30 * MINUTE_MS)

/* The first instant at which nobody is on duty; 0: always somebody. */
static int64_t
gap_of(const struct pack *p, const size_t *order, size_t from, size_t to)
{
	const struct calendar *calendar = registry_calendar(p->registry);
	int64_t start = p->meta.valid_from + DAY_MS; /* night shifts began */

	for (int64_t at = start; at < start + WATCHED_DAYS * DAY_MS;
	     at += STEP_MS) {
		bool covered = false;

		for (size_t i = from; i < to && !covered; i++) {
			const struct row_roster *row = roster_row(p, order[i]);
			struct roster w;

			covered =
			    roster_parse(row->date_rule, row->shift, &w) &&
			    roster_covers(&w, calendar, at);
		}
		if (!covered)
			return at;
	}
	return 0;
}

/* The first place in ORDER whose unit is not below UNIT. */
static size_t
first_roster(const struct pack *p, const size_t *order, struct str unit)
{
	size_t lo = 0, hi = p->tables[TABLE_roster].n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(roster_row(p, order[mid])->unit, unit) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
check_duty(struct pack *p, size_t i, const size_t *order)
{
	const struct row_unit *u = pack_row(p, TABLE_unit, i);
	size_t from = first_roster(p, order, u->code), to = from;
	char text[CLOCK_TEXT];
	int64_t at;

	while (to < p->tables[TABLE_roster].n &&
	       str_eq(roster_row(p, order[to])->unit, u->code))
		to++;
	if (!u->duty24h || !pack_has(p, TABLE_roster))
		return;
	at = gap_of(p, order, from, to);
	if (at != 0)
		pack_fault_at(p, TABLE_unit, i, "duty24h",
		    "duty24h: nobody is on duty at %.16s",
		    clock_format(at, text));
}

void
pack_check_officers(struct pack *p)
{
	size_t *order = pack_order(p, TABLE_roster);

	for (size_t i = 0; i < p->tables[TABLE_officer].n; i++)
		check_officer(p, i);
	check_certificates(p);
	for (size_t i = 0; i < p->tables[TABLE_roster].n; i++)
		check_roster(p, i);
	for (size_t i = 0; i < p->tables[TABLE_unit].n; i++)
		check_duty(p, i, order);
	free(order);
}
