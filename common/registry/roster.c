#include "common/registry/roster.h"

#define DAY_MINUTES (INT64_C(24) * 60)

static bool
parse_cycle(struct str s, struct roster *w)
{
	size_t slash = str_find(s, '/'), at = str_find(s, '@');

	if (slash >= at || at == s.n)
		return false;
	return str_i64(str_cut(s, 0, slash), &w->n) &&
	       str_i64(str_cut(s, slash + 1, at - slash - 1), &w->k) &&
	       clock_parse_date(str_cut(s, at + 1, s.n), &w->day) &&
	       w->n >= 1 && w->k >= 0 && w->k < w->n;
}

static bool
parse_weekdays(struct str s, struct roster *w)
{
	struct str one;

	while (str_next(&s, '|', &one)) {
		if (one.n != 1 || one.p[0] < '1' || one.p[0] > '7')
			return false;
		w->weekdays |= 1u << (one.p[0] - '0');
	}
	return w->weekdays != 0;
}

static bool
parse_rule(struct str s, struct roster *w)
{
	size_t colon = str_find(s, ':');
	struct str name = str_cut(s, 0, colon), rest = { NULL, 0 };

	if (colon < s.n)
		rest = str_cut(s, colon + 1, s.n);
	if (str_is(s, "always")) {
		w->rule = ROSTER_ALWAYS;
		return true;
	}
	if (str_is(s, "workday")) {
		w->rule = ROSTER_WORKDAY;
		return true;
	}
	if (str_is(name, "weekday")) {
		w->rule = ROSTER_WEEKDAY;
		return parse_weekdays(rest, w);
	}
	if (str_is(name, "date")) {
		w->rule = ROSTER_DATE;
		return clock_parse_date(rest, &w->day);
	}
	w->rule = ROSTER_CYCLE;
	return str_is(name, "cycle") && parse_cycle(rest, w);
}

/* "08:30" */
static bool
parse_minute(struct str s, int64_t *minute)
{
	int64_t h, m;

	if (s.n != 5 || s.p[2] != ':' || !str_i64(str_cut(s, 0, 2), &h) ||
	    !str_i64(str_cut(s, 3, 2), &m))
		return false;
	*minute = h * 60 + m;
	return h >= 0 && h <= 23 && m >= 0 && m <= 59;
}

static bool
parse_shift(struct str s, struct roster *w)
{
	size_t dash = str_find(s, '-');

	w->on_call = str_is(s, "on_call");
	w->to = DAY_MINUTES;
	if (w->on_call)
		return true;
	if (dash == s.n || !parse_minute(str_cut(s, 0, dash), &w->from) ||
	    !parse_minute(str_cut(s, dash + 1, s.n), &w->to))
		return false;
	if (w->to <= w->from)
		w->to += DAY_MINUTES;
	return true;
}

bool
roster_parse(struct str rule, struct str shift, struct roster *out)
{
	struct roster w = { .rule = ROSTER_ALWAYS };

	if (!parse_rule(rule, &w) || !parse_shift(shift, &w))
		return false;
	*out = w;
	return true;
}

/* Does a shift begin on DAY? */
static bool
starts_on(const struct roster *w, const struct calendar *calendar, int64_t day)
{
	int64_t since;

	switch (w->rule) {
	case ROSTER_ALWAYS:
		return true;
	case ROSTER_WORKDAY:
		return calendar_is_workday(calendar, day);
	case ROSTER_WEEKDAY:
		return (w->weekdays >> clock_weekday(day) & 1u) != 0;
	case ROSTER_DATE:
		return day == w->day;
	case ROSTER_CYCLE:
		since = (day - w->day) % w->n;
		return (since < 0 ? since + w->n : since) == w->k;
	}
	return false;
}

int64_t
roster_until(
    const struct roster *w, const struct calendar *calendar, int64_t at)
{
	int64_t day = clock_day(at);
	int64_t minute = (at - clock_day_start(day)) / MINUTE_MS;

	if (minute >= w->from && minute < w->to && starts_on(w, calendar, day))
		return clock_day_start(day) + w->to * MINUTE_MS;
	if (minute + DAY_MINUTES < w->to && starts_on(w, calendar, day - 1))
		return clock_day_start(day - 1) + w->to * MINUTE_MS;
	return 0;
}

bool
roster_covers(
    const struct roster *w, const struct calendar *calendar, int64_t at)
{
	return roster_until(w, calendar, at) > 0;
}
