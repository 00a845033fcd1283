#include "common/rule/machine.h"

#include "common/rule/step.h"

void
just_go(struct step *s)
{
	(void)s;
}

void
decision_init(struct decision *d)
{
	*d = (struct decision){ .emissions = NULL };
	d->emissions_end = &d->emissions;
	d->armings_end = &d->armings;
}

int
thing_state(const struct thing *t, struct str state)
{
	for (int i = 0; i < STATES_MAX && t->states[i] != NULL; i++)
		if (str_is(state, t->states[i]))
			return i;
	never("a row in a state that its thing does not have");
}

bool
machine_listens(const struct machine *m, const struct msg_desc *desc)
{
	for (size_t i = 0; i < m->n_moves; i++)
		if (m->moves[i].on == desc)
			return true;
	return false;
}

bool
machine_ends(const struct machine *m, int thing, int state)
{
	for (size_t i = 0; i < m->n_moves; i++) {
		const struct move *mv = &m->moves[i];

		if (mv->thing == thing && (mv->from & IN(state)) != 0 &&
		    mv->to != STAY && mv->to != state)
			return false;
	}
	return true;
}

/* By convention the first field of a message names what it is about. */
static struct str
first_field(const struct step *s)
{
	const struct msg_field *f = &s->desc->fields[0];

	must(f->type == WIRE_str);
	return *(const struct str *)msg_at(f, s->msg);
}

static bool
limit_fits(const struct move *mv, const struct step *s)
{
	const struct msg_field *f;

	if (mv->limit == NULL)
		return true;
	f = msg_field(s->desc, STR("limit"));
	must(f != NULL);
	return str_is(*(const struct str *)msg_at(f, s->msg), mv->limit);
}

static bool
fits(const struct move *mv, const struct step *s, const struct row_head *row)
{
	const struct thing *t = &s->machine->things[mv->thing];

	return (mv->from & IN(thing_state(t, row->state))) != 0;
}

/* Runs the rule on ROW, then lets it go where the table says. */
static void
run_move(const struct move *mv, struct step *s, struct row_head *row)
{
	struct str before = row != NULL ? row->state : STR("");

	s->move = mv;
	s->row = row;
	mv->rule(s);
	if (step_refused(s) || row == NULL || mv->to == STAY)
		return;
	/* A rule may have chosen another way itself, with step_move(). */
	if (str_eq(before, row->state))
		step_move(s, mv->thing, row, mv->to);
}

static bool
apply_each(const struct move *mv, struct step *s)
{
	struct row_head **rows = arena_alloc(
	    s->arena, (s->folder->n + 1) * sizeof(struct row_head *));
	size_t n = 0;

	must(rows != NULL);
	/* First choose, then act: a rule may add rows or move others. */
	for (struct row_head *r = step_next(s, mv->thing, NULL); r != NULL;
	     r = step_next(s, mv->thing, r))
		if (fits(mv, s, r))
			rows[n++] = r;
	for (size_t i = 0; i < n && !step_refused(s); i++)
		if (fits(mv, s, rows[i]))
			run_move(mv, s, rows[i]);
	return n > 0;
}

/* Runs a rule that may make a thing; false when it left no trace. */
static bool
apply_new(const struct move *mv, struct step *s)
{
	const struct decision *d = s->decision;
	size_t n = s->folder->n;
	struct emission **said = d->emissions_end;
	struct arming **armed = d->armings_end;

	run_move(mv, s, NULL);
	return step_refused(s) || s->folder->n != n ||
	       d->emissions_end != said || d->armings_end != armed;
}

/* Rows of one rule stand together: the later ones list where else it goes. */
static bool
is_alternative(const struct move *mv, const struct step *s)
{
	const struct move *ran = s->move;

	return ran != NULL && ran->aim == AIM_ID && ran->rule == mv->rule &&
	       ran->thing == mv->thing;
}

/* True when the move applied; *KNOWN when its thing at least exists. */
static bool
apply_one(const struct move *mv, struct step *s, bool *known)
{
	struct row_head *row;

	if (mv->on != s->desc || mv->aim == AIM_ALONG || !limit_fits(mv, s))
		return false;
	if (mv->aim == AIM_NEW)
		return apply_new(mv, s);
	row = step_find(s, mv->thing, first_field(s));
	*known = *known || row != NULL;
	if (mv->aim == AIM_EACH)
		return apply_each(mv, s);
	if (row == NULL || !fits(mv, s, row) || is_alternative(mv, s))
		return false;
	run_move(mv, s, row);
	return true;
}

/* Commands that would move ROW of THING as it stands. */
static struct strs
allowed_now(struct step *s, int thing, const struct row_head *row)
{
	const struct machine *m = s->machine;
	struct str *v = arena_alloc(s->arena, m->n_moves * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < m->n_moves; i++) {
		const struct move *mv = &m->moves[i];
		struct str type = str_of(mv->on->type);

		if (mv->thing == thing && mv->on->kind == MSG_COMMAND &&
		    mv->aim == AIM_ID && fits(mv, s, row) &&
		    !strs_has((struct strs){ v, n }, type))
			v[n++] = type;
	}
	return (struct strs){ v, n };
}

/* Whether TYPE takes rows of THING along, and this one not. */
static bool
passes_by(const struct step *s, int thing, const struct row_head *row,
    struct str type)
{
	bool any = false;

	for (size_t i = 0; i < s->machine->n_moves; i++) {
		const struct move *mv = &s->machine->moves[i];

		if (mv->thing != thing || !str_is(type, mv->on->type))
			continue;
		if (fits(mv, s, row))
			return false;
		any = true;
	}
	return any;
}

/* What else the row that the command is about allows. */
static struct strs
allowed_besides(struct step *s)
{
	struct str self = str_of(s->desc->type);

	if (s->row == NULL || s->move == NULL || s->move->aim != AIM_ID)
		return (struct strs){ NULL, 0 };
	return strs_without(s->arena, allowed_now(s, s->move->thing, s->row),
	    (struct strs){ &self, 1 });
}

void
step_refuse_state(
    struct step *s, int thing, const struct row_head *row, struct str name)
{
	struct strs all = allowed_besides(s);
	struct str *v = arena_alloc(s->arena, (all.n + 1) * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < all.n; i++)
		if (!passes_by(s, thing, row, all.p[i]))
			v[n++] = all.p[i];
	step_refuse_because(s, "NOT_ALLOWED_NOW", "%.*s is %.*s", STR_ARG(name),
	    STR_ARG(row->state));
	s->decision->allowed = (struct strs){ v, n };
}

/* A command that nothing answered: is the thing not there, or not so far? */
static void
refuse_unfit(struct step *s, bool known)
{
	const struct machine *m = s->machine;

	if (!known) {
		step_refuse(s, "UNKNOWN_ID");
		return;
	}
	step_refuse(s, "NOT_ALLOWED_NOW");
	for (size_t i = 0; i < m->n_moves; i++) {
		const struct move *mv = &m->moves[i];
		struct row_head *row;

		if (mv->on != s->desc ||
		    (mv->aim != AIM_ID && mv->aim != AIM_EACH))
			continue;
		row = step_find(s, mv->thing, first_field(s));
		if (row == NULL)
			continue;
		s->decision->allowed = allowed_now(s, mv->thing, row);
		/* Nothing that anybody could order moves it any more. */
		if (strcmp(m->things[mv->thing].name, "casefile") == 0 &&
		    s->decision->allowed.n == 0)
			s->decision->refused = "CASEFILE_ENDED";
		s->decision->reason = arena_printf(s->arena,
		    "the %s is %.*s; its state does not allow that",
		    m->things[mv->thing].name, STR_ARG(row->state));
		return;
	}
}

static struct str
optional_str(const struct step *s, const char *name)
{
	const struct msg_field *f = msg_field(s->desc, str_of(name));

	return f != NULL ? *(const struct str *)msg_at(f, s->msg)
			 : (struct str){ NULL, 0 };
}

static void
tell_refusal(struct step *s)
{
	const struct decision *d = s->decision;
	struct msg_command_refused r = {
		.command = str_of(s->desc->type),
		.code = str_of(d->refused),
		.reason = d->reason,
		.allowed = d->allowed,
		.unit = optional_str(s, "unit"),
	};

	if (s->desc->fields[0].format.look == LOOK_THING ||
	    s->desc->fields[0].format.look == LOOK_CASEFILE)
		r.thing = first_field(s);
	must(d->emissions == NULL && d->armings == NULL);
	step_emit(s, &msg_command_refused_desc, &r);
}

bool
machine_apply(const struct machine *m, struct step *s)
{
	bool any = false, known = false;
	size_t n = 0;

	s->machine = m;
	s->move = NULL;
	for (size_t i = 0; i < m->n_moves && !step_refused(s); i++) {
		n += m->moves[i].on == s->desc;
		any |= apply_one(&m->moves[i], s, &known);
	}
	if (s->desc->kind != MSG_COMMAND || n == 0)
		return any;
	if (!any)
		refuse_unfit(s, known);
	/* The state, told by the rule itself. */
	if (step_refused(s) && s->decision->allowed.n == 0 &&
	    strcmp(s->decision->refused, "NOT_ALLOWED_NOW") == 0)
		s->decision->allowed = allowed_besides(s);
	if (step_refused(s))
		tell_refusal(s);
	return any;
}
