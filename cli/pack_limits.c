/* Limits, numbers, scores, surnames, and the calendar. */
#include "cli/pack_check.h"

/* clang-format off */
static const char *const limit_keys[] = {
#define LIMIT_KEY(key) key,
#include "schemas/pack/limits.def"
#undef LIMIT_KEY
};

static const char *const number_keys[] = {
#define NUMBER_KEY(key) key,
#include "schemas/pack/numbers.def"
#undef NUMBER_KEY
};
/* clang-format on */

static void
check_limit(struct pack *p, size_t i)
{
	const struct row_limit *row = pack_row(p, TABLE_limit, i);
	struct limit l;

	if (row->clock.n == 0 || row->amount.n == 0 ||
	    str_is(row->clock, "none"))
		return;
	/* No days: to the end of the same one. */
	if (!limit_parse_parts(row->clock, row->amount, &l) ||
	    (l.amount == 0 && l.clock != LIMIT_CALENDAR))
		pack_fault_at(p, TABLE_limit, i, "amount",
		    "amount: must be a time such as 30m, 2h or 5d that clock "
		    "%.*s counts",
		    STR_ARG(row->clock));
}

/* The row of KEY, or the number of rows. */
static size_t
find_key(const struct pack *p, const char *key)
{
	size_t i = 0;

	while (i < p->tables[TABLE_limit].n &&
	       !str_is(
		   ((const struct row_limit *)pack_row(p, TABLE_limit, i))->key,
		   key))
		i++;
	return i;
}

/* A key that the services ask for; numbers have no clock, limits do. */
static void
check_key(struct pack *p, const char *key, bool number)
{
	const struct csv_place start = { 1, 1 };
	size_t i = find_key(p, key);
	const struct row_limit *row;
	int64_t v;

	if (i == p->tables[TABLE_limit].n) {
		pack_fault(p, registry_files[TABLE_limit].file, start,
		    "no key \"%s\", which the services ask for", key);
		return;
	}
	row = pack_row(p, TABLE_limit, i);
	if (number && !(str_is(row->clock, "none") && str_i64(row->amount, &v)))
		pack_fault_at(p, TABLE_limit, i, "amount",
		    "amount: %s must be a whole number with clock none", key);
	if (!number && str_is(row->clock, "none"))
		pack_fault_at(p, TABLE_limit, i, "clock",
		    "clock: %s must last some time", key);
}

static void
check_schemes(struct pack *p)
{
	for (size_t i = 0; i < p->tables[TABLE_score_scheme].n; i++) {
		const struct row_score_scheme *s =
		    pack_row(p, TABLE_score_scheme, i);

		if (i > 0)
			pack_fault_at(p, TABLE_score_scheme, i, "code",
			    "code: one scheme at a time");
		if (s->response > 100 || s->resolution > 100 ||
		    s->satisfaction > 100 ||
		    s->response + s->resolution + s->satisfaction != 100)
			pack_fault_at(p, TABLE_score_scheme, i, "response",
			    "response: the three weights must make 100");
		if (s->basic_permille > 1000)
			pack_fault_at(p, TABLE_score_scheme, i,
			    "basic_permille", "basic_permille: above 1000");
		if (s->period_start_day < 1 || s->period_start_day > 28)
			pack_fault_at(p, TABLE_score_scheme, i,
			    "period_start_day",
			    "period_start_day: 1 to 28, which every month "
			    "has");
	}
}

static void
check_surnames(struct pack *p)
{
	for (size_t i = 0; i < p->tables[TABLE_surname].n; i++) {
		const struct row_surname *s = pack_row(p, TABLE_surname, i);
		size_t n = 0, at = 0;
		bool chinese = true;

		for (; at < s->surname.n; n++) {
			uint32_t r = str_rune(s->surname, &at);

			chinese = chinese && r >= 0x3400;
		}
		if (s->surname.n > 0 && (n > 2 || !chinese))
			pack_fault_at(p, TABLE_surname, i, "surname",
			    "surname: must be one or two Chinese characters");
	}
}

void
pack_check_limits(struct pack *p)
{
	for (size_t i = 0; i < p->tables[TABLE_limit].n; i++)
		check_limit(p, i);
	/* Without the file that is the fault, not each key. */
	for (size_t i = 0;
	     p->tables[TABLE_limit].n > 0 && i < ARRAY_LEN(limit_keys); i++)
		check_key(p, limit_keys[i], false);
	for (size_t i = 0;
	     p->tables[TABLE_limit].n > 0 && i < ARRAY_LEN(number_keys); i++)
		check_key(p, number_keys[i], true);
	check_schemes(p);
	check_surnames(p);
}

static int
year_of(int64_t at)
{
	int year, month, dom;

	clock_date_of(clock_day(at), &year, &month, &dom);
	return year;
}

static void
check_day(struct pack *p, size_t i)
{
	const struct row_calendar_day *d = pack_row(p, TABLE_calendar_day, i);

	if (d->date == 0 || !str_is(d->kind, "work"))
		return;
	if (clock_weekday(clock_day(d->date)) <= 5)
		pack_fault_at(p, TABLE_calendar_day, i, "kind",
		    "kind: a make-up working day is a Saturday or Sunday");
}

/* A year without a line has no notice, and the clocks would run wrong. */
static void
check_years(struct pack *p)
{
	const struct csv_place start = { 1, 1 };
	int64_t first = INT64_MAX, last = 0, from = p->meta.valid_from;
	size_t n = p->tables[TABLE_calendar_day].n;

	for (size_t i = 0; i < n; i++) {
		const struct row_calendar_day *d =
		    pack_row(p, TABLE_calendar_day, i);

		if (d->date != 0 && d->date < first)
			first = d->date;
		if (d->date > last)
			last = d->date;
	}
	if (first == INT64_MAX)
		return;
	if (from != 0 && (from < first) && year_of(from) < year_of(first))
		first = from;
	if (from > last)
		last = from;
	for (int year = year_of(first); year <= year_of(last); year++) {
		bool found = false;

		for (size_t i = 0; i < n && !found; i++) {
			const struct row_calendar_day *d =
			    pack_row(p, TABLE_calendar_day, i);

			found = d->date != 0 && year_of(d->date) == year;
		}
		if (!found)
			pack_fault(p, registry_files[TABLE_calendar_day].file,
			    start, "no day of %d; every year has a notice",
			    year);
	}
}

void
pack_check_calendar(struct pack *p)
{
	for (size_t i = 0; i < p->tables[TABLE_calendar_day].n; i++)
		check_day(p, i);
	check_years(p);
}
