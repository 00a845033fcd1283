/*
 * Any bytes as the small texts of people: times, spans, limits, numbers,
 * topics, codes.  What is read can be written, and reads as the same.
 */
#include "cli/when.h"
#include "common/base/calendar.h"
#include "common/msg/look.h"
#include "common/msg/personal.h"
#include "common/msg/topic.h"

#include <ctype.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1773784357000)

static void
try_times(struct str s)
{
	char text[CLOCK_TEXT];
	int64_t at, again, day, v;

	if (clock_parse(s, &at)) {
		must(clock_parse(str_of(clock_format(at, text)), &again));
		must(again == at);
	}
	if (clock_parse_date(s, &day))
		must(clock_day(clock_day_start(day)) == day);
	if (when_parse(s, NOW, &at))
		must(at > -(INT64_C(1) << 60) && at < INT64_C(1) << 60);
	if (when_parse_span(s, &v))
		must(v >= 0);
	if (str_i64(s, &v)) {
		(void)snprintf(text, sizeof(text), "%lld", (long long)v);
		must(str_i64(str_of(text), &again) && again == v);
	}
}

static void
try_limits(struct str s)
{
	char text[CLOCK_TEXT];
	struct limit l, again;

	if (!limit_parse(s, &l))
		return;
	must(l.amount >= 0 && l.amount <= limit_max(l.clock));
	must(limit_parse(str_of(limit_format(l, text)), &again));
	must(again.clock == l.clock && again.amount == l.amount);
}

/* The rule again, in other words: for PATTERN without its division. */
static bool
type_fits(struct str pattern, struct str type)
{
	if (str_is(pattern, "*"))
		return true;
	if (pattern.n > 2 && pattern.p[pattern.n - 1] == '*')
		return str_starts(type, str_cut(pattern, 0, pattern.n - 1));
	return str_eq(type, pattern);
}

static void
try_topics(struct str s)
{
	static const char *const types[] = { "call.raised", "call.x",
		"callback.opened", "report.submit", "deadline.due_soon", "a" };
	static const char *const places[] = { "", "330122", "330122109",
		"330122109001", "330122109001001", "330123" };
	struct topic_pattern p;
	size_t slash = str_find(s, '/');
	struct str where = slash < s.n ? str_cut(s, slash + 1, s.n) : STR("");

	if (!topic_parse(s, &p))
		return;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		for (size_t k = 0; k < ARRAY_LEN(places); k++)
			must(topic_matches(
				 &p, str_of(types[i]), str_of(places[k])) ==
			     (type_fits(
				  str_cut(s, 0, slash), str_of(types[i])) &&
				 str_starts(str_of(places[k]), where)));
}

/* What fits a look, is made of what the look is made of. */
static void
try_looks(struct str s)
{
	for (int look = LOOK_TEXT; look <= LOOK_NAME; look++) {
		struct msg_format f = { (enum msg_look)look, "a|b" };

		if (look_check(&f, s) != NULL || look == LOOK_TEXT ||
		    look == LOOK_NAME || look == LOOK_LIMIT)
			continue;
		for (size_t i = 0; i < s.n; i++)
			must(isgraph((unsigned char)s.p[i]));
		(void)personal_in_code(s);
	}
}

static void
try_personal(struct str s)
{
	size_t at = 0;

	(void)personal_in_code(s);
	while (str_utf8_ok(s) && at < s.n) {
		struct personal_hit hit = personal_find(s, at);

		must(hit.from >= at && hit.from + hit.len <= s.n);
		if (hit.kind == PERSONAL_NONE)
			break;
		must(hit.len > 0 && str_utf8_ok(str_cut(s, hit.from, hit.len)));
		at = hit.from + hit.len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };

	try_times(s);
	try_limits(s);
	try_topics(s);
	try_looks(s);
	try_personal(s);
	return 0;
}
