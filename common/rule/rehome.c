/* Units and places that were merged, split or shifted: who has it now. */
#include "common/rule/step.h"

static bool
is_of_units(const struct msg_field *f)
{
	return f->format.look == LOOK_UNIT;
}

const struct row_unit *
step_successor(struct step *s, struct str code)
{
	struct str place = s->row != NULL ? s->row->division : s->env->division;

	return registry_heir(s->registry, code,
	    registry_successor(s->registry, place, s->at), s->at);
}

struct str
step_heir(struct step *s, struct str code, struct str place)
{
	const struct row_unit *u;
	struct str room;

	if (code.n == 0)
		return code;
	u = registry_heir(s->registry, code, place, s->at);
	if (u != NULL)
		return u->code;
	room = step_room(s, place);
	return room.n == 0 || registry_unit(s->registry, code, s->at) != NULL
		   ? code
		   : room;
}

/* Notes a change once, however many fields it is found in. */
static void
note(struct step *s, struct rehomed *told, struct str from, struct str to)
{
	if (strs_has(told->gone, from))
		return;
	told->gone = strs_add(s->arena, told->gone, from);
	told->heirs = strs_add(s->arena, told->heirs, to);
}

static bool
follow(struct step *s, struct str *code, struct str place, struct rehomed *told)
{
	struct str now = step_heir(s, *code, place);

	if (str_eq(now, *code))
		return false;
	if (told != NULL)
		note(s, told, *code, now);
	*code = now;
	return true;
}

static bool
follow_all(
    struct step *s, struct strs *list, struct str place, struct rehomed *told)
{
	struct strs all = { NULL, 0 };
	bool any = false;

	for (size_t i = 0; i < list->n; i++) {
		struct str code = list->p[i];

		any = follow(s, &code, place, told) || any;
		if (!strs_has(all, code))
			all = strs_add(s->arena, all, code);
	}
	if (any)
		*list = all;
	return any;
}

bool
step_rehome(
    struct step *s, int thing, struct row_head *row, struct rehomed *told)
{
	const struct msg_desc *d = s->machine->things[thing].row;
	struct str place =
	    registry_successor(s->registry, row->division, s->at);
	bool any = !str_eq(place, row->division);

	if (any)
		row->division = place;
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];
		void *at = (char *)row + f->offset;

		if (!is_of_units(f))
			continue;
		if (f->type == WIRE_str)
			any = follow(s, at, place, told) || any;
		else if (f->type == WIRE_strs)
			any = follow_all(s, at, place, told) || any;
	}
	if (any)
		step_touch(s, row);
	return any;
}

bool
rehome_limit(const struct registry *r, int64_t at, struct str *division,
    struct str *unit)
{
	struct step s = { .registry = r, .at = at };
	struct str place = registry_successor(r, *division, at);
	struct str heir = step_heir(&s, *unit, place);
	bool any = !str_eq(place, *division) || !str_eq(heir, *unit);

	*division = place;
	*unit = heir;
	return any;
}

void
just_rehome(struct step *s)
{
	(void)step_rehome(s, s->move->thing, s->row, NULL);
	step_rehome_limits(s);
}
