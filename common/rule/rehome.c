/* Units and places that were merged, split or shifted: who has it now. */
#include "common/rule/step.h"

static bool
is_of_units(const struct msg_field *f)
{
	return f->format.look == LOOK_UNIT;
}

struct str
step_heir(struct step *s, struct str code, struct str place)
{
	const struct row_unit *u;

	if (code.n == 0)
		return code;
	u = registry_heir(s->registry, code, s->at);
	if (u != NULL)
		return u->code;
	return registry_unit(s->registry, code, s->at) != NULL
		   ? code
		   : step_room(s, place);
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
	struct str *copy = arena_alloc(s->arena, (list->n + 1) * sizeof(*copy));
	bool any = false;

	must(copy != NULL);
	if (list->n > 0)
		memcpy(copy, list->p, list->n * sizeof(*copy));
	for (size_t i = 0; i < list->n; i++)
		any = follow(s, &copy[i], place, told) || any;
	if (any)
		list->p = copy;
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

void
just_rehome(struct step *s)
{
	(void)step_rehome(s, s->move->thing, s->row, NULL);
}
