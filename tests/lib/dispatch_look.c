#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_walk.h"

#include <stdio.h>

bool
walk_put(const struct kit *k, struct marks *m, int thing, const char *id)
{
	const struct row_head *row = kit_row(k, id);
	struct mark *one = &m->v[m->n];

	if (row == NULL)
		return false;
	must(m->n < MARKS_MAX);
	one->thing = thing;
	one->row = *row;
	(void)snprintf(one->id, sizeof(one->id), "%s", id);
	m->n++;
	return true;
}

static void
put_seats(const struct kit *k, struct marks *m, const char *call)
{
	char id[64];

	for (size_t u = 0; u < walk_n_units; u++) {
		(void)snprintf(id, sizeof(id), "%s/%s", call, walk_units[u]);
		(void)walk_put(k, m, THING_ATTENDANCE, id);
	}
}

void
walk_look(const struct kit *k, struct marks *m)
{
	static const struct {
		const char *mark;
		int thing;
		int last; /* there may be holes up to here */
	} kinds[] = { { "T", THING_TASK, 0 }, { "C", THING_CALL, 0 },
		{ "Z", THING_ADMISSION, 0 }, { "K", THING_CARD, 0 },
		{ "Y", THING_TALK, 0 }, { "Q", THING_DISPUTE, 0 },
		{ "I", THING_SUPPORT, 0 }, { "U", THING_BOUNDARY, 0 },
		{ "E", THING_VERSION, 0 }, { "D", THING_CADRE, 0 },
		{ "W", THING_WARNING, WALK_IDS },
		{ "P", THING_CHILD, WALK_IDS }, { "M", THING_CHILD, WALK_IDS },
		{ "B", THING_CHILD, WALK_IDS } };
	char id[48];

	m->n = 0;
	(void)walk_put(k, m, THING_CASEFILE, CASEFILE);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (int n = 1;; n++) {
			(void)snprintf(
			    id, sizeof(id), CASEFILE "/%s%d", kinds[i].mark, n);
			if (!walk_put(k, m, kinds[i].thing, id) &&
			    n >= kinds[i].last)
				break;
			if (kinds[i].thing == THING_CALL)
				put_seats(k, m, id);
		}
	walk_look_bundles(k, m);
}
