#include "common/rule/step.h"

#include <stdarg.h>
#include <stdio.h>

static const struct reason common_reasons[] = {
#define REASON(code, text) { #code, text },
#include "common/rule/reasons.def"
#undef REASON
};

static const char *
reason_text(const struct machine *m, const char *code)
{
	for (size_t i = 0; i < m->n_reasons; i++)
		if (strcmp(m->reasons[i].code, code) == 0)
			return m->reasons[i].text;
	for (size_t i = 0; i < ARRAY_LEN(common_reasons); i++)
		if (strcmp(common_reasons[i].code, code) == 0)
			return common_reasons[i].text;
	never("a reason that no reasons.def lists");
}

void
step_refuse(struct step *s, const char *code)
{
	struct decision *d = s->decision;

	must(s->desc->kind == MSG_COMMAND);
	must(d->refused == NULL && d->emissions == NULL && d->armings == NULL);
	d->refused = code;
	d->reason = str_of(reason_text(s->machine, code));
}

void
step_refuse_because(struct step *s, const char *code, const char *fmt, ...)
{
	char more[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	step_refuse(s, code);
	s->decision->reason = arena_printf(
	    s->arena, "%.*s: %s", STR_ARG(s->decision->reason), more);
}

bool
step_refused(const struct step *s)
{
	return s->decision->refused != NULL;
}

bool
step_has_reason(struct step *s, struct str reason)
{
	if (!str_is_blank(reason))
		return true;
	step_refuse(s, "REASON_MISSING");
	return false;
}

void
step_emit(struct step *s, const struct msg_desc *desc, const void *msg)
{
	step_emit_about(s, s->folder->casefile, desc, msg);
}

void
step_emit_about(struct step *s, struct str casefile,
    const struct msg_desc *desc, const void *msg)
{
	struct emission *em = arena_alloc(s->arena, sizeof(*em));
	void *copy = arena_alloc(s->arena, desc->size);

	must(em != NULL && copy != NULL);
	must(desc->kind == MSG_FACT);
	memcpy(copy, msg, desc->size);
	em->desc = desc;
	em->msg = copy;
	em->subject = casefile;
	em->division = s->row != NULL ? s->row->division : s->env->division;
	/* Facts about a new casefile lie where its first thing lies. */
	if (em->division.n == 0 && s->folder->first != NULL)
		em->division = s->folder->first->row->division;
	*s->decision->emissions_end = em;
	s->decision->emissions_end = &em->next;
}

struct str
step_number(struct str division, int64_t at, int64_t seq, struct arena *arena)
{
	struct str county = registry_county_of(division);
	int year, month, day;

	clock_date_of(clock_day(at), &year, &month, &day);
	/* Without a division it still needs a place to be refused in. */
	if (county.n != 6)
		county = STR("000000");
	return arena_printf(arena, "%.*s-%02d-%07lld", STR_ARG(county),
	    year % 100, (long long)seq);
}

static struct held *
held_of(struct step *s, const struct row_head *row)
{
	/* Mostly the same as before: a campaign has thousands of rows. */
	if (s->near != NULL && s->near->row == row)
		return s->near;
	for (struct held *h = s->folder->first; h != NULL; h = h->next)
		if (h->row == row)
			return s->near = h;
	never("a row of another casefile");
}

struct row_head *
step_find(struct step *s, int thing, struct str id)
{
	for (struct held *h = s->folder->first; h != NULL; h = h->next)
		if (h->thing == thing && str_eq(h->row->id, id))
			return h->row;
	return NULL;
}

struct row_head *
step_next(struct step *s, int thing, const struct row_head *prev)
{
	struct held *h =
	    prev != NULL ? held_of(s, prev)->next : s->folder->first;

	for (; h != NULL; h = h->next)
		if (h->thing == thing) {
			s->near = h;
			return h->row;
		}
	return NULL;
}

size_t
step_count(struct step *s, int thing)
{
	size_t n = 0;

	for (struct held *h = s->folder->first; h != NULL; h = h->next)
		n += h->thing == thing;
	return n;
}

bool
step_in(struct step *s, int thing, const struct row_head *row, uint32_t set)
{
	return (set & IN(thing_state(
			  &s->machine->things[thing], row->state))) != 0;
}

/* By thing, then by id as people count: T9 before T10. */
static int
held_cmp(const struct held *a, const struct held *b)
{
	struct str x = a->row->id, y = b->row->id;

	if (a->thing != b->thing)
		return a->thing < b->thing ? -1 : 1;
	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return str_cmp(x, y);
}

void
folder_put(struct folder *f, struct held *h)
{
	struct held **at = &f->first;

	if (f->last != NULL && held_cmp(f->last, h) <= 0)
		at = &f->last->next;
	while (*at != NULL && held_cmp(*at, h) <= 0)
		at = &(*at)->next;
	h->next = *at;
	*at = h;
	if (h->next == NULL)
		f->last = h;
	f->n++;
}

void *
step_new_id(struct step *s, int thing, int state, struct str id)
{
	const struct thing *t = &s->machine->things[thing];
	struct held *h = arena_alloc(s->arena, sizeof(*h));
	struct row_head *row = arena_alloc(s->arena, t->row->size);

	must(h != NULL && row != NULL);
	must(step_find(s, thing, id) == NULL && t->states[state] != NULL);
	row->id = id;
	row->casefile = s->folder->casefile;
	row->division = s->row != NULL ? s->row->division : s->env->division;
	if (row->division.n == 0 && s->folder->first != NULL)
		row->division = s->folder->first->row->division;
	row->state = str_of(t->states[state]);
	h->thing = thing;
	h->dirty = true;
	h->row = row;
	folder_put(s->folder, h);
	return row;
}

void *
step_new(struct step *s, int thing, int state)
{
	const char *mark = s->machine->things[thing].mark;

	if (mark == NULL)
		return step_new_id(s, thing, state, s->folder->casefile);
	return step_new_id(s, thing, state,
	    arena_printf(s->arena, "%.*s/%s%zu", STR_ARG(s->folder->casefile),
		mark, step_count(s, thing) + 1));
}

void
step_touch(struct step *s, struct row_head *row)
{
	must(!step_refused(s));
	held_of(s, row)->dirty = true;
}

/* Is FROM -> TO of THING, on this very message, a row of the table? */
static bool
is_listed(const struct step *s, int thing, int from, int to)
{
	const struct machine *m = s->machine;

	for (size_t i = 0; i < m->n_moves; i++)
		if (m->moves[i].on == s->desc && m->moves[i].thing == thing &&
		    (m->moves[i].from & IN(from)) != 0 &&
		    (m->moves[i].to == to || from == to))
			return true;
	return false;
}

void
step_move(struct step *s, int thing, struct row_head *row, int state)
{
	const struct thing *t = &s->machine->things[thing];
	int from = thing_state(t, row->state);

	must(is_listed(s, thing, from, state));
	row->state = str_of(t->states[state]);
	step_touch(s, row);
}
