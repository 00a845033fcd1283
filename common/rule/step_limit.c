/* Limits of a rule: when they end, armed, met, standing still. */
#include "common/rule/step.h"

struct due
step_due_rule(struct step *s, struct limit rule, int64_t from)
{
	const struct calendar *c = registry_calendar(s->registry);
	struct due d = { .rule = rule, .from = from };

	d.at = calendar_due(c, rule, from, &d.provisional);
	d.soon = calendar_soon(c, rule, from);
	return d;
}

struct due
step_due(struct step *s, const char *key, int64_t from)
{
	return step_due_rule(s, registry_limit(s->registry, key, from), from);
}

struct due
due_min(struct due a, struct due b)
{
	return a.at <= b.at ? a : b;
}

static struct arming *
arming_new(struct step *s, enum arm_what what, const struct row_head *row,
    const char *name)
{
	struct arming *a = arena_alloc(s->arena, sizeof(*a));

	must(a != NULL && !step_refused(s));
	a->what = what;
	a->thing = row->id;
	a->casefile = row->casefile;
	a->division = row->division;
	a->name = name;
	*s->decision->armings_end = a;
	s->decision->armings_end = &a->next;
	return a;
}

void
step_arm(struct step *s, const struct row_head *row, const char *name,
    enum arm_kind kind, struct str unit, struct due due)
{
	struct arming *a = arming_new(s, ARM_SET, row, name);

	a->kind = kind;
	a->unit = unit;
	a->rule = due.rule;
	a->from = due.from;
	a->soon = due.soon;
	a->due = due.at;
	a->provisional = due.provisional;
}

void
step_meet(struct step *s, const struct row_head *row, const char *name)
{
	(void)arming_new(s, ARM_MEET, row, name);
}

void
step_meet_all(struct step *s, const struct row_head *row)
{
	(void)arming_new(s, ARM_MEET_ALL, row, NULL);
}

void
step_pause(struct step *s, const struct row_head *row, const char *name,
    const char *why)
{
	arming_new(s, ARM_PAUSE, row, name)->why = why;
}

void
step_resume(struct step *s, const struct row_head *row, const char *name)
{
	(void)arming_new(s, ARM_RESUME, row, name);
}

struct strs
step_add_pause(struct step *s, struct strs pauses, int64_t from, int64_t to)
{
	char a[CLOCK_TEXT], b[CLOCK_TEXT];

	return strs_add(s->arena, pauses,
	    arena_printf(
		s->arena, "%s/%s", clock_format(from, a), clock_format(to, b)));
}

static bool
parse_pause(struct str text, struct pause *p)
{
	size_t slash = str_find(text, '/');

	return slash < text.n &&
	       clock_parse(str_cut(text, 0, slash), &p->from) &&
	       clock_parse(str_cut(text, slash + 1, text.n), &p->to);
}

int64_t
step_paused_ms(struct strs pauses)
{
	struct pause p;
	int64_t ms = 0;

	for (size_t i = 0; i < pauses.n; i++)
		if (parse_pause(pauses.p[i], &p))
			ms += p.to - p.from;
	return ms;
}

int64_t
step_due_paused(
    struct step *s, struct limit rule, int64_t from, struct strs pauses)
{
	struct pause *v = arena_alloc(s->arena, pauses.n * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < pauses.n; i++)
		n += parse_pause(pauses.p[i], &v[n]) && v[n].from >= from;
	return calendar_due_paused(
	    registry_calendar(s->registry), rule, from, v, n, NULL);
}

/* Once is enough, however many rows of the folder say so. */
void
step_rehome_limits(struct step *s)
{
	for (const struct arming *a = s->decision->armings; a != NULL;
	     a = a->next)
		if (a->what == ARM_REHOME)
			return;
	if (s->folder->first != NULL)
		arming_new(s, ARM_REHOME, s->folder->first->row, NULL)
		    ->casefile = s->folder->casefile;
}
