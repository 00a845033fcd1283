#include "common/msg/look.h"

#include "common/base/calendar.h"

static bool
digits(struct str s, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool
all_of(struct str s, const char *extra)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') || strchr(extra, c) != NULL))
			return false;
		if (c == '\0')
			return false;
	}
	return s.n > 0;
}

static bool
is_any(struct str s)
{
	(void)s;
	return true;
}

static bool
is_word(struct str s)
{
	return all_of(s, "_-.:/#+|%=>");
}

static bool
is_code(struct str s)
{
	return all_of(s, "_-");
}

static bool
is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("0123456789abcdef", s.p[i]) == NULL ||
		    s.p[i] == '\0')
			return false;
	return s.n == 64;
}

/* 330122-26-0000417 */
static bool
is_casefile(struct str s)
{
	return s.n >= 17 && s.n <= 22 && digits(s, 0, 6) && s.p[6] == '-' &&
	       digits(s, 7, 9) && s.p[9] == '-' && digits(s, 10, s.n);
}

static bool
is_thing(struct str s)
{
	size_t slash = str_find(s, '/');

	if (!is_casefile(str_cut(s, 0, slash)))
		return false;
	if (slash == s.n)
		return true;
	return all_of(str_cut(s, slash + 1, s.n), "/-");
}

static bool
is_division(struct str s)
{
	return (s.n == 6 || s.n == 9 || s.n == 12 || s.n == 15) &&
	       digits(s, 0, s.n);
}

static bool
is_limit(struct str s)
{
	struct limit l;

	return limit_parse(s, &l);
}

static const struct {
	const char *name;
	bool (*fits)(struct str s);
	const char *expected;
	const char *pattern;
} looks[] = {
	[LOOK_TEXT] = { "text", is_any, "", NULL },
	[LOOK_WORD] = { "word", is_word, "letters, digits and _-.:/#+|%=> only",
	    "^[0-9A-Za-z_.:/#+|%=>-]+$" },
	[LOOK_ENUM] = { "enum", is_any, "", NULL },
	[LOOK_HASH] = { "hash", is_hash, "64 lower-case hex digits (SHA-256)",
	    "^[0-9a-f]{64}$" },
	[LOOK_CASEFILE] = { "casefile", is_casefile,
	    "a casefile number such as 330122-26-0000417",
	    "^[0-9]{6}-[0-9]{2}-[0-9]{7,12}$" },
	[LOOK_THING] = { "thing", is_thing,
	    "an id such as 330122-26-0000417/T1",
	    "^[0-9]{6}-[0-9]{2}-[0-9]{7,12}(/[0-9A-Za-z/-]+)?$" },
	[LOOK_DIVISION] = { "division", is_division,
	    "a division code of 6, 9, 12 or 15 digits",
	    "^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$" },
	[LOOK_UNIT] = { "unit", is_code, "a unit code such as 330122109-CMD",
	    "^[0-9A-Za-z_-]+$" },
	[LOOK_OFFICER] = { "officer", is_code, "an officer id",
	    "^[0-9A-Za-z_-]+$" },
	[LOOK_MATTER] = { "matter", is_code, "a matter code such as CA-001",
	    "^[0-9A-Za-z_-]+$" },
	[LOOK_ITEM] = { "item", is_code, "a power item code such as SR001",
	    "^[0-9A-Za-z_-]+$" },
	[LOOK_LIMIT] = { "limit", is_limit, "a limit such as working-hours:2h",
	    "^(none(:.*)?|calendar:[0-9]+d|working-days:[0-9]+d|"
	    "(natural|working-hours):[0-9]+[mhd])$" },
	[LOOK_NAME] = { "name", is_any, "", NULL },
};

const char *
look_check(const struct msg_format *f, struct str value)
{
	if (f->look == LOOK_ENUM)
		return str_in(str_of(f->values), '|', value) ? NULL : f->values;
	return looks[f->look].fits(value) ? NULL : looks[f->look].expected;
}

const char *
look_pattern(enum msg_look look)
{
	return looks[look].pattern;
}

const char *
look_name(enum msg_look look)
{
	return looks[look].name;
}
