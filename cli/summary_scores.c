#include "cli/summary.h"

#include <stdio.h>
#include <stdlib.h>

/* The table shows its two ends. */
#define BEST 8
#define LAST 4

void
summary_score(struct summary_scores *s, const struct msg_score_published *m,
    struct arena *arena)
{
	/* A later period, or a later revision, replaces what came before. */
	if (s->n > 0 && (!str_eq(s->v[0].period, m->period) ||
			    s->v[0].revision != m->revision))
		s->n = 0;
	if (s->n == SCORES_MAX)
		return;
	s->v[s->n] = *m;
	s->v[s->n].period = arena_str(arena, m->period);
	s->v[s->n++].unit = arena_str(arena, m->unit);
}

static int
by_rank(const void *a, const void *b)
{
	const struct msg_score_published *x = a, *y = b;

	if (x->valid != y->valid && (x->valid == 0 || y->valid == 0))
		return x->valid == 0 ? 1 : -1;
	if (x->composite_tenths != y->composite_tenths)
		return x->composite_tenths > y->composite_tenths ? -1 : 1;
	if (x->casefiles != y->casefiles)
		return x->casefiles > y->casefiles ? -1 : 1;
	return str_cmp(x->unit, y->unit);
}

static void
print_score(const struct msg_score_published *m,
    const struct registry *registry, int64_t at)
{
	const struct row_unit *u = registry_unit(registry, m->unit, at);
	struct str name = u != NULL ? u->name_zh : m->unit;

	printf("  %5lld %5lld  %6.2f%% %6.2f%% %6.2f%%  %5.1f %7lld %7lld  "
	       "%.*s\n",
	    (long long)m->casefiles, (long long)m->valid,
	    (double)m->response_bp / 100, (double)m->resolution_bp / 100,
	    (double)m->satisfaction_bp / 100, (double)m->composite_tenths / 10,
	    (long long)m->calls_asked, (long long)m->calls_in_time,
	    STR_ARG(name));
}

void
summary_scores_print(
    struct summary_scores *s, const struct registry *registry, int64_t at)
{
	size_t ranked = 0;

	if (s->n == 0) {
		printf("\nScores: none published yet\n");
		return;
	}
	qsort(s->v, s->n, sizeof(s->v[0]), by_rank);
	printf("\nScores by unit, period %.*s, revision %lld\n",
	    STR_ARG(s->v[0].period), (long long)s->v[0].revision);
	printf("  files valid response  solved content  score  called in time"
	       "  unit\n");
	/* Those without a valid case have no rank: they lie behind. */
	while (ranked < s->n && s->v[ranked].valid > 0)
		ranked++;
	for (size_t i = 0; i < ranked; i++) {
		if (i < BEST || i + LAST >= ranked)
			print_score(&s->v[i], registry, at);
		else if (i == BEST)
			printf("  ...\n");
	}
	printf("  %zu units in all: huying score show\n", s->n);
}
