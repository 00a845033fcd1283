#include "tests/lib/armed.h"

#include "common/rule/step.h"

#include <stdio.h>

static void
put(char *to, size_t cap, struct str s)
{
	must(s.n < cap);
	(void)snprintf(to, cap, "%.*s", STR_ARG(s));
}

struct armed *
armed_find(struct armed_list *l, struct str thing, struct str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_is(thing, l->v[i].thing) && str_is(name, l->v[i].name))
			return &l->v[i];
	return NULL;
}

static void
arm(struct armed_list *l, const struct arming *a)
{
	struct armed *d = armed_find(l, a->thing, str_of(a->name));

	if (d == NULL) {
		must(l->n < ARMED_MAX);
		d = &l->v[l->n++];
	}
	*d = (struct armed){ .kind = a->kind,
		.on = true,
		.rule = a->rule,
		.from = a->from,
		.due = a->due,
		.soon = a->kind == ARM_DUTY ? a->soon : 0 };
	put(d->thing, sizeof(d->thing), a->thing);
	put(d->name, sizeof(d->name), str_of(a->name));
	put(d->casefile, sizeof(d->casefile), a->casefile);
	put(d->division, sizeof(d->division), a->division);
	put(d->unit, sizeof(d->unit), a->unit);
}

static void
meet_all(struct armed_list *l, struct str thing)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_is(thing, l->v[i].thing))
			l->v[i].on = false;
}

static void
pause_or_resume(struct armed_list *l, const struct arming *a, int64_t at,
    const struct calendar *calendar)
{
	struct armed *d = armed_find(l, a->thing, str_of(a->name));
	int64_t due;

	if (d == NULL || !d->on)
		return;
	if (a->what == ARM_PAUSE) {
		must(!d->paused && d->n_pauses < ARMED_PAUSES_MAX);
		d->paused = true;
		d->pauses[d->n_pauses++].from = at;
		return;
	}
	must(d->paused);
	d->paused = false;
	d->pauses[d->n_pauses - 1].to = at;
	due = calendar_due_paused(
	    calendar, d->rule, d->from, d->pauses, d->n_pauses, NULL);
	if (d->soon > 0)
		d->soon += due - d->due;
	d->due = due;
}

static void
rehome(struct armed_list *l, const struct arming *a, int64_t at,
    const struct registry *registry)
{
	for (size_t i = 0; i < l->n; i++) {
		struct armed *d = &l->v[i];
		char division[sizeof(d->division)], unit[sizeof(d->unit)];
		struct str place = str_of(strcpy(division, d->division));
		struct str heir = str_of(strcpy(unit, d->unit));

		if (!d->on || !str_is(a->casefile, d->casefile))
			continue;
		(void)rehome_limit(registry, at, &place, &heir);
		put(d->division, sizeof(d->division), place);
		put(d->unit, sizeof(d->unit), heir);
	}
}

void
armed_take(struct armed_list *l, const struct arming *first, int64_t at,
    const struct registry *registry)
{
	struct armed *d;

	/* As a service does: what runs goes along before all else. */
	for (const struct arming *a = first; a != NULL; a = a->next)
		if (a->what == ARM_REHOME)
			rehome(l, a, at, registry);
	for (const struct arming *a = first; a != NULL; a = a->next)
		switch (a->what) {
		case ARM_SET:
			arm(l, a);
			break;
		case ARM_MEET:
			d = armed_find(l, a->thing, str_of(a->name));
			if (d != NULL)
				d->on = false;
			break;
		case ARM_MEET_ALL:
			meet_all(l, a->thing);
			break;
		case ARM_PAUSE:
		case ARM_RESUME:
			pause_or_resume(l, a, at, registry_calendar(registry));
			break;
		case ARM_REHOME:
			break;
		}
}

int64_t
armed_wake(const struct armed *d)
{
	if (!d->on || d->paused)
		return INT64_MAX;
	return d->soon > 0 && d->soon < d->due ? d->soon : d->due;
}

struct armed *
armed_next(struct armed_list *l)
{
	struct armed *next = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (next == NULL || armed_wake(&l->v[i]) < armed_wake(next))
			next = &l->v[i];
	return next;
}
