#include "common/msg/personal.h"

#define DIGITS_MAX 24

/* A run of digits with single separators between them. */
struct run {
	size_t from;
	size_t to;
	size_t n; /* digits */
	size_t separators;
	char digit[DIGITS_MAX]; /* the first of them, ASCII */
	bool x;                 /* ends with the X of an identity number */
};

/* '0'..'9' for an ASCII or full-width digit, else 0. */
static char
digit_of(uint32_t r)
{
	if (r >= '0' && r <= '9')
		return (char)r;
	if (r >= 0xff10 && r <= 0xff19)
		return (char)('0' + (r - 0xff10));
	return 0;
}

static bool
is_separator(uint32_t r)
{
	return r == ' ' || r == '-' || r == '.' || r == 0x3000 || r == 0x2014 ||
	       r == 0xff0d;
}

/* Reads the run that starts at AT, which is a digit. */
static struct run
take_run(struct str t, size_t at)
{
	struct run run = { .from = at, .to = at };
	bool gap = false;

	while (at < t.n) {
		uint32_t r = str_rune(t, &at);
		char d = digit_of(r);

		if (d != 0) {
			if (run.n < DIGITS_MAX)
				run.digit[run.n] = d;
			run.n++;
			run.separators += gap;
			run.to = at;
			gap = false;
		} else if (!gap && is_separator(r)) {
			gap = true;
		} else {
			run.x = !gap && (r == 'x' || r == 'X') && run.n == 17;
			if (run.x)
				run.to = at;
			break;
		}
	}
	return run;
}

static int
two(const char *d)
{
	return (d[0] - '0') * 10 + (d[1] - '0');
}

/* Month and day inside the number make sense; the check digit may not. */
static bool
born_at(const char *d)
{
	return two(d) >= 1 && two(d) <= 12 && two(d + 2) >= 1 &&
	       two(d + 2) <= 31;
}

static enum personal_kind
kind_of(const struct run *r)
{
	size_t n = r->n + r->x;

	if (r->n == 11 && r->digit[0] == '1')
		return PERSONAL_PHONE;
	if ((r->n == 13 || r->n == 15) && memcmp(r->digit, "86", 2) == 0 &&
	    r->digit[2] == '1')
		return PERSONAL_PHONE;
	if (n == 18 && born_at(r->digit + 10))
		return PERSONAL_IDENTITY;
	if (n == 15 && r->separators == 0 && born_at(r->digit + 8))
		return PERSONAL_IDENTITY;
	if (r->n >= 10 && r->n <= 12 && r->digit[0] == '0' &&
	    r->digit[1] != '0' && r->separators <= 2)
		return PERSONAL_PHONE;
	return PERSONAL_NONE;
}

/* The one-character names of the provinces on number plates. */
static bool
is_province(uint32_t r)
{
	static const char all[] =
	    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
	struct str s = STR(all);

	for (size_t at = 0; at < s.n;)
		if (str_rune(s, &at) == r)
			return true;
	return false;
}

static bool
is_letter(uint32_t r)
{
	return (r >= 'A' && r <= 'Z') || (r >= 'a' && r <= 'z');
}

/* AT is behind the province; length of the plate from FROM, or 0. */
static size_t
plate_len(struct str t, size_t from, size_t at)
{
	size_t n = 0, digits = 0;
	uint32_t r;

	if (at >= t.n || !is_letter(str_rune(t, &at)))
		return 0;
	while (at < t.n && n < 6) {
		size_t next = at;

		r = str_rune(t, &next);
		if (n == 0 &&
		    (r == 0xb7 || r == '-' || r == ' ' || r == 0x30fb)) {
			at = next;
			continue;
		}
		if (!is_letter(r) && digit_of(r) == 0)
			break;
		digits += digit_of(r) != 0;
		n++;
		at = next;
	}
	if (n < 4 || digits < 2)
		return 0;
	/* The last place of a special plate is a Chinese character. */
	if (n == 4 && at < t.n) {
		size_t next = at;

		if (str_rune(t, &next) >= 0x4e00)
			at = next;
	}
	return at - from;
}

struct personal_hit
personal_find(struct str t, size_t from)
{
	for (size_t at = from, next; at < t.n; at = next) {
		uint32_t r;

		next = at;
		r = str_rune(t, &next);
		if (digit_of(r) != 0) {
			struct run run = take_run(t, at);
			enum personal_kind kind = kind_of(&run);

			if (kind != PERSONAL_NONE)
				return (struct personal_hit){ kind, at,
					run.to - at };
			next = run.to;
		} else if (is_province(r)) {
			size_t len = plate_len(t, at, next);

			if (len > 0)
				return (struct personal_hit){ PERSONAL_PLATE,
					at, len };
		}
	}
	return (struct personal_hit){ PERSONAL_NONE, t.n, 0 };
}

const char *
personal_name(enum personal_kind kind)
{
	static const char *const names[] = {
		[PERSONAL_NONE] = "nothing",
		[PERSONAL_PHONE] = "a phone number",
		[PERSONAL_IDENTITY] = "an identity number",
		[PERSONAL_PLATE] = "a number plate",
	};

	return names[kind];
}
