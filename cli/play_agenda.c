/* What is planned, in a heap: the earliest on top. */
#include "cli/play.h"

/* The earlier first; ties in the order of planning. */
static bool
sooner(const struct action *a, const struct action *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void
play_plan(struct play *p, struct action a)
{
	size_t i;

	if (a.at > p->until)
		return;
	if (p->n_heap == p->heap_cap) {
		p->heap_cap = p->heap_cap > 0 ? 2 * p->heap_cap : 1024;
		p->heap = xrealloc(p->heap, p->heap_cap * sizeof(*p->heap));
	}
	a.order = p->n_planned++;
	for (i = p->n_heap++; i > 0 && sooner(&a, &p->heap[(i - 1) / 2]);
	     i = (i - 1) / 2)
		p->heap[i] = p->heap[(i - 1) / 2];
	p->heap[i] = a;
}

struct action
play_next(struct play *p)
{
	struct action top = p->heap[0], last = p->heap[--p->n_heap];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < p->n_heap) {
		if (child + 1 < p->n_heap &&
		    sooner(&p->heap[child + 1], &p->heap[child]))
			child++;
		if (!sooner(&p->heap[child], &last))
			break;
		p->heap[i] = p->heap[child];
		i = child;
	}
	p->heap[i] = last;
	return top;
}

void
play_plan_scores(struct play *p)
{
	struct msg_score_publish *m;
	const struct row_unit *board = registry_unit_of(
	    p->registry, "county_centre", registry_county(p->registry), p->now);

	for (int64_t at = p->reports[0].at; board != NULL; at += 30 * DAY_MS) {
		int year, month, day;

		clock_date_of(clock_day(at), &year, &month, &day);
		m = arena_alloc(p->arena, sizeof(*m));
		must(m != NULL);
		m->period = arena_printf(p->arena, "%04d-%02d", year, month);
		m->unit = board->code;
		play_plan(p, (struct action){ .at = p->until,
				 .desc = &msg_score_publish_desc,
				 .msg = m });
		if (at > p->reports[0].at)
			break;
	}
}
