#include "common/base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t
now_us(clockid_t id)
{
	struct timespec ts;

	must(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_mono_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

int64_t
clock_mono_ms(void)
{
	return now_us(CLOCK_MONOTONIC) / 1000;
}

int64_t
clock_wall_ms(void)
{
	return now_us(CLOCK_REALTIME) / 1000;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Divides before it adds, so that no instant overflows. */
int64_t
clock_day(int64_t at)
{
	int64_t utc_day = floor_div(at, DAY_MS);
	int64_t utc_ms = at % DAY_MS + (at % DAY_MS < 0 ? DAY_MS : 0);

	return utc_day + (utc_ms + ZONE_MS >= DAY_MS);
}

int64_t
clock_day_start(int64_t day)
{
	return day * DAY_MS - ZONE_MS;
}

/* Years start in March here, so that the leap day is the last one. */
int64_t
clock_day_of(int year, int month, int day)
{
	int64_t y = month > 2 ? year : (int64_t)year - 1;
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t m = month > 2 ? month - 3 : month + 9;
	int64_t doy = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
clock_date_of(int64_t day, int *year, int *month, int *dom)
{
	int64_t z = day + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t m = (5 * doy + 2) / 153;

	*dom = (int)(doy - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

int
clock_weekday(int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	return (int)(day + 3 - 7 * floor_div(day + 3, 7)) + 1;
}

/* Takes N digits off *S; -1 when they are not there. */
static int
digits(struct str *s, size_t n)
{
	int v = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_cut(*s, n, s->n);
	return v;
}

static bool
literal(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_cut(*s, 1, s->n);
	return true;
}

static bool
take_date(struct str *s, int64_t *day)
{
	int y = digits(s, 4), m, d, y2, m2, d2;

	if (y < 2000 || y > 2999 || !literal(s, '-'))
		return false;
	m = digits(s, 2);
	if (m < 1 || m > 12 || !literal(s, '-'))
		return false;
	d = digits(s, 2);
	if (d < 1 || d > 31)
		return false;
	*day = clock_day_of(y, m, d);
	clock_date_of(*day, &y2, &m2, &d2);
	return y == y2 && m == m2 && d == d2; /* no 30 February */
}

bool
clock_parse_date(struct str text, int64_t *day)
{
	int64_t d;

	if (!take_date(&text, &d) || text.n > 0)
		return false;
	*day = d;
	return true;
}

/* ".123456" -> 123; digits past the millisecond are cut off. */
static bool
take_fraction(struct str *s, int *ms)
{
	int scale = 100, d;
	size_t n = 0;

	*ms = 0;
	if (!literal(s, '.'))
		return true;
	for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9'; n++) {
		d = digits(s, 1);
		*ms += d * scale;
		scale /= 10;
	}
	return n > 0 && n <= 9;
}

static bool
take_zone(struct str *s, int64_t *offset)
{
	int sign, h, m;

	*offset = 0;
	if (literal(s, 'Z'))
		return true;
	sign = literal(s, '+') ? 1 : literal(s, '-') ? -1 : 0;
	h = digits(s, 2);
	if (sign == 0 || h < 0 || h > 14 || !literal(s, ':'))
		return false;
	m = digits(s, 2);
	if (m < 0 || m > 59)
		return false;
	*offset = sign * (h * HOUR_MS + m * MINUTE_MS);
	return true;
}

/* It will be written with the zone of China, and read again. */
static bool
is_writable(int64_t at)
{
	return at >= clock_day_start(clock_day_of(2000, 1, 1)) &&
	       at < clock_day_start(clock_day_of(3000, 1, 1));
}

bool
clock_parse(struct str s, int64_t *at)
{
	int64_t day, zone, v;
	int h, m, sec = 0, ms = 0;

	if (!take_date(&s, &day) || !literal(&s, 'T'))
		return false;
	h = digits(&s, 2);
	if (h < 0 || h > 23 || !literal(&s, ':'))
		return false;
	m = digits(&s, 2);
	if (m < 0 || m > 59)
		return false;
	if (literal(&s, ':')) {
		sec = digits(&s, 2);
		if (sec < 0 || sec > 59 || !take_fraction(&s, &ms))
			return false;
	}
	if (!take_zone(&s, &zone) || s.n > 0)
		return false;
	v = day * DAY_MS + h * HOUR_MS + m * MINUTE_MS + sec * SECOND_MS + ms -
	    zone;
	if (!is_writable(v))
		return false;
	*at = v;
	return true;
}

/* A year has four digits: what lies outside is shown as the nearest end. */
static int64_t
showable(int64_t at)
{
	int64_t first = clock_day_start(clock_day_of(0, 1, 1));
	int64_t end = clock_day_start(clock_day_of(10000, 1, 1));

	return at < first ? first : at >= end ? end - 1 : at;
}

const char *
clock_format(int64_t at, char text[CLOCK_TEXT])
{
	int64_t shown = showable(at);
	int64_t day = clock_day(shown);
	int64_t rest = shown - clock_day_start(day);
	int y, mo, d, ms = (int)(rest % SECOND_MS), n;
	int s = (int)(rest / SECOND_MS);

	clock_date_of(day, &y, &mo, &d);
	n = snprintf(text, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d",
	    y % 10000, mo, d, s / 3600, s / 60 % 60, s % 60);
	if (ms > 0)
		n += snprintf(text + n, CLOCK_TEXT - (size_t)n, ".%03d", ms);
	(void)snprintf(text + n, CLOCK_TEXT - (size_t)n, "+08:00");
	return text;
}
