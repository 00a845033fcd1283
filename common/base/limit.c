#include "common/base/calendar.h"

/* More than this many days is no deadline; it also bounds every walk. */
#define DAYS_MAX 100000

static const struct kind {
	const char *name;
	int64_t day; /* the amount that makes one day */
} kinds[] = {
	[LIMIT_NATURAL] = { "natural", INT64_C(24) * 60 },
	[LIMIT_CALENDAR] = { "calendar", 1 },
	[LIMIT_WORKING_DAYS] = { "working-days", 1 },
	[LIMIT_WORKING_HOURS] = { "working-hours", INT64_C(8) * 60 },
	[LIMIT_NONE] = { "none", 0 },
};

/*
 * A clock's units, largest first: limit_format takes the first that divides.
 * Natural days stand last, so they are read but never written: "24h" can not
 * be mistaken for a calendar day.
 */
static const struct unit {
	enum limit_clock clock;
	char letter;
	int64_t amount;
} units[] = {
	{ LIMIT_NATURAL, 'h', 60 },
	{ LIMIT_NATURAL, 'm', 1 },
	{ LIMIT_NATURAL, 'd', INT64_C(24) * 60 },
	{ LIMIT_CALENDAR, 'd', 1 },
	{ LIMIT_WORKING_DAYS, 'd', 1 },
	{ LIMIT_WORKING_HOURS, 'd', INT64_C(8) * 60 },
	{ LIMIT_WORKING_HOURS, 'h', 60 },
	{ LIMIT_WORKING_HOURS, 'm', 1 },
};

int64_t
limit_max(enum limit_clock clock)
{
	must((size_t)clock < ARRAY_LEN(kinds));
	return DAYS_MAX * kinds[clock].day;
}

static const struct unit *
unit_find(enum limit_clock clock, char letter)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].clock == clock && units[i].letter == letter)
			return &units[i];
	return NULL;
}

static bool
clock_find(struct str name, enum limit_clock *clock)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(name, kinds[i].name)) {
			*clock = (enum limit_clock)i;
			return true;
		}
	}
	return false;
}

bool
limit_parse_parts(struct str clock, struct str amount, struct limit *l)
{
	enum limit_clock kind;
	const struct unit *u;
	int64_t v;

	if (!clock_find(clock, &kind))
		return false;
	if (kind == LIMIT_NONE) { /* its text is for others to read */
		*l = (struct limit){ .clock = LIMIT_NONE };
		return true;
	}
	if (amount.n < 2 || amount.p[0] == '-' ||
	    !str_i64(str_cut(amount, 0, amount.n - 1), &v))
		return false;
	u = unit_find(kind, amount.p[amount.n - 1]);
	if (u == NULL || v > limit_max(kind) / u->amount)
		return false;
	*l = (struct limit){ .clock = kind, .amount = v * u->amount };
	return true;
}

bool
limit_parse(struct str text, struct limit *limit)
{
	size_t colon = str_find(text, ':');
	struct str amount = { NULL, 0 };

	if (colon < text.n)
		amount = str_cut(text, colon + 1, text.n);
	return limit_parse_parts(str_cut(text, 0, colon), amount, limit);
}

/* Writes V in decimal and returns how many digits that took. */
static size_t
put_number(char *out, int64_t v)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	return n;
}

const char *
limit_format(struct limit l, char text[CLOCK_TEXT])
{
	int64_t max = limit_max(l.clock);
	int64_t amount = l.amount < max ? l.amount : max;
	const struct unit *u = units;
	size_t n = strlen(kinds[l.clock].name);

	must(l.amount >= 0);
	memcpy(text, kinds[l.clock].name, n + 1);
	if (l.clock == LIMIT_NONE)
		return text;
	while (u->clock != l.clock || amount % u->amount != 0)
		u++; /* ends: each clock has a unit of amount 1 */
	text[n++] = ':';
	n += put_number(text + n, amount / u->amount);
	text[n++] = u->letter;
	text[n] = '\0';
	return text;
}
