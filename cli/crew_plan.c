/* When and whether: choices that depend on ids alone, and planning. */
#include "cli/crew.h"

#include "common/base/id.h"

#include <stdio.h>

unsigned
crew_dice(const struct memory *m, struct str id, const char *what)
{
	unsigned char hash[HASH_LEN];
	char text[320];
	struct str begin = id;
	int n;

	if (m->report != NULL && str_starts(id, m->number)) {
		begin = m->report->id;
		id = str_cut(id, m->number.n, id.n);
	} else {
		id = STR("");
	}
	n = snprintf(text, sizeof(text), "%.*s%.*s %s", STR_ARG(begin),
	    STR_ARG(id), what);
	must(n > 0 && (size_t)n < sizeof(text));
	id_hash((struct str){ text, (size_t)n }, hash);
	return (unsigned)(hash[0] << 8 | hash[1]) % 100;
}

int64_t
crew_after(const struct memory *m, int64_t at, struct str id, const char *what,
    int from, int to)
{
	return at +
	       (from + (int64_t)crew_dice(m, id, what) * (to - from) / 100) *
		   MINUTE_MS;
}

/* Office hours start at 08:30; people do not call citizens at night. */
int64_t
crew_by_day(int64_t at)
{
	int64_t day = clock_day(at), start = clock_day_start(day);

	if (at < start + 8 * HOUR_MS + 30 * MINUTE_MS)
		return start + 8 * HOUR_MS + 30 * MINUTE_MS +
		       at % (20 * MINUTE_MS);
	if (at > start + 17 * HOUR_MS + 30 * MINUTE_MS)
		return start + DAY_MS + 8 * HOUR_MS + 30 * MINUTE_MS +
		       at % (20 * MINUTE_MS);
	return at;
}

void
crew_plan(struct play *p, int64_t at, struct memory *about,
    const struct msg_desc *desc, const void *msg, const char *unless)
{
	void *copy = arena_alloc(p->arena, desc->size);

	must(copy != NULL);
	memcpy(copy, msg, desc->size);
	play_plan(p, (struct action){ .at = at,
			 .desc = desc,
			 .msg = copy,
			 .about = about,
			 .unless = unless });
}
