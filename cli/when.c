#include "cli/when.h"

#include <stdio.h>

static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {
	{ "d", DAY_MS },
	{ "h", HOUR_MS },
	{ "m", MINUTE_MS },
	{ "s", SECOND_MS },
	{ "ms", 1 },
};

bool
when_parse_span(struct str text, int64_t *ms)
{
	size_t digits = 0;
	struct str unit;
	int64_t n;

	while (
	    digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	if (!str_i64(str_cut(text, 0, digits), &n) || n > 1000000000)
		return false;
	unit = str_cut(text, digits, text.n);
	if (unit.n == 0)
		unit = STR("s");
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_is(unit, units[i].name)) {
			*ms = n * units[i].ms;
			return true;
		}
	return false;
}

static bool
parse_zoneless(struct str text, int64_t *at)
{
	char whole[64];
	int n = snprintf(whole, sizeof(whole), "%.*s+08:00", STR_ARG(text));

	return n > 0 && n < (int)sizeof(whole) &&
	       clock_parse((struct str){ whole, (size_t)n }, at);
}

/* Ten digits are seconds since 1970, thirteen are milliseconds. */
static bool
parse_unix(struct str text, int64_t *at)
{
	int64_t n;

	if ((text.n != 10 && text.n != 13) || !str_i64(text, &n) || n < 0)
		return false;
	*at = text.n == 10 ? n * SECOND_MS : n;
	return true;
}

/* "10m" ago, "+10m" from now; a bare number is no time. */
static bool
parse_relative(struct str text, int64_t now, int64_t *at)
{
	bool later = text.n > 0 && text.p[0] == '+';
	struct str span = str_cut(text, later, text.n);
	int64_t ms;

	if (span.n == 0 ||
	    (span.p[span.n - 1] >= '0' && span.p[span.n - 1] <= '9') ||
	    !when_parse_span(span, &ms))
		return false;
	*at = later ? now + ms : now - ms;
	return true;
}

/* A blank may stand between date and time. */
static bool
parse_instant(struct str text, int64_t *at)
{
	char whole[64];
	struct str s = { whole, text.n };

	if (text.n < sizeof("2026-03-18 09:30") - 1 || text.n >= sizeof(whole))
		return false;
	memcpy(whole, text.p, text.n);
	if (whole[10] == ' ')
		whole[10] = 'T';
	return clock_parse(s, at) || parse_zoneless(s, at);
}

bool
when_parse(struct str text, int64_t now, int64_t *at)
{
	int64_t day;

	if (str_is(text, "now"))
		*at = now;
	else if (str_is(text, "today"))
		*at = clock_day_start(clock_day(now));
	else if (str_is(text, "yesterday"))
		*at = clock_day_start(clock_day(now) - 1);
	else if (clock_parse_date(text, &day))
		*at = clock_day_start(day);
	else
		return parse_relative(text, now, at) || parse_unix(text, at) ||
		       parse_instant(text, at);
	return true;
}

void
when_put_span(struct buf *out, int64_t ms)
{
	size_t i = 0;
	int64_t next;

	if (ms < SECOND_MS) {
		buf_z(out, "0s");
		return;
	}
	while (ms < units[i].ms)
		i++;
	buf_printf(out, "%lld%s", (long long)(ms / units[i].ms), units[i].name);
	next = ms % units[i].ms / units[i + 1].ms;
	if (next > 0 && units[i].ms >= HOUR_MS)
		buf_printf(out, " %lld%s", (long long)next, units[i + 1].name);
}

struct parts {
	int year, month, day;
	int hour, minute, second;
};

static struct parts
parts_of(int64_t at)
{
	int64_t day = clock_day(at);
	int s = (int)((at - clock_day_start(day)) / SECOND_MS);
	struct parts p = {
		.hour = s / 3600, .minute = s / 60 % 60, .second = s % 60
	};

	clock_date_of(day, &p.year, &p.month, &p.day);
	return p;
}

void
when_put(struct buf *out, int64_t at, int64_t now)
{
	struct parts p = parts_of(at);

	if (p.year != parts_of(now).year)
		buf_printf(out, "%04d-", p.year);
	buf_printf(
	    out, "%02d-%02d %02d:%02d", p.month, p.day, p.hour, p.minute);
}

void
when_put_due(struct buf *out, int64_t due, int64_t now)
{
	bool over = due <= now;

	buf_z(out, over ? "was due " : "until ");
	when_put(out, due, now);
	/* The last second of a day counts as its end. */
	if (over && now - due <= SECOND_MS)
		return;
	buf_z(out, over ? ", overdue " : ", in ");
	when_put_span(out, over ? now - due : due - now);
}

void
when_put_time(struct buf *out, int64_t at)
{
	struct parts p = parts_of(at);

	buf_printf(out, "%02d:%02d:%02d", p.hour, p.minute, p.second);
}

void
when_put_day(struct buf *out, int64_t at)
{
	static const char *const names[] = { "Monday", "Tuesday", "Wednesday",
		"Thursday", "Friday", "Saturday", "Sunday" };
	struct parts p = parts_of(at);

	buf_printf(out, "%04d-%02d-%02d %s", p.year, p.month, p.day,
	    names[clock_weekday(clock_day(at)) - 1]);
}
