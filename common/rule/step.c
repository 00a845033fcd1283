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

const struct row_unit *
step_unit(struct step *s, struct str code)
{
	const struct row_unit *u = registry_unit(s->registry, code, s->at);
	const struct row_unit *heir;

	if (u != NULL || step_refused(s))
		return u;
	heir = step_successor(s, code);
	if (heir != NULL)
		step_refuse_because(
		    s, "UNIT_GONE", "%.*s has taken over", STR_ARG(heir->code));
	else
		step_refuse_because(s, "UNKNOWN_UNIT", "%.*s", STR_ARG(code));
	return u;
}

const struct row_officer *
step_officer(struct step *s, struct str code)
{
	const struct row_officer *o =
	    registry_officer(s->registry, code, s->at);

	if (o == NULL)
		step_refuse_because(
		    s, "UNKNOWN_OFFICER", "%.*s", STR_ARG(code));
	return o;
}

bool
step_person(struct step *s, struct str officer)
{
	return officer.n == 0 || step_officer(s, officer) != NULL;
}

bool
step_acts_for(struct step *s, struct str code, struct str owner)
{
	const struct row_unit *u = step_successor(s, code);
	const struct row_unit *o = step_successor(s, owner);

	if (u == NULL || o == NULL)
		return false;
	return str_eq(u->code, o->code) || str_eq(u->parent, o->code) ||
	       str_eq(o->parent, u->code);
}

bool
step_must_be(struct step *s, struct str code, struct str owner)
{
	if (step_unit(s, code) == NULL)
		return false;
	if (step_acts_for(s, code, owner))
		return true;
	step_refuse_because(
	    s, "NOT_YOUR_UNIT", "it is with %.*s", STR_ARG(owner));
	return false;
}

struct str
step_county_centre(struct step *s, struct str division)
{
	const struct row_unit *u = registry_unit_of(
	    s->registry, "county_centre", registry_county_of(division), s->at);

	return u != NULL ? u->code : (struct str){ NULL, 0 };
}

struct str
step_room(struct step *s, struct str division)
{
	struct str town = registry_township_of(division);
	const struct row_unit *u = NULL;

	if (town.n > 0)
		u = registry_unit_of(s->registry, "command_room", town, s->at);
	return u != NULL ? u->code : step_county_centre(s, division);
}
