/* One thing (一件事): a bundle begins, and is decomposed down into its steps.
 */
#include "services/dispatcher/rules.h"

const struct row_template *
dispatcher_template(struct step *s, const struct row_bundle *b)
{
	static const struct row_template none = { .by_itself = false };
	const struct row_template *t =
	    registry_bundle(s->registry, b->template, b->started_at);

	return t != NULL ? t : &none;
}

static void
bind(struct step *s, struct row_bundle *b, const struct row_template *t)
{
	struct due decompose = step_due(s, "bundle.decompose", s->at);
	struct due finish;
	struct limit total;

	if (limit_parse(t->total_limit, &total) && total.clock != LIMIT_NONE)
		finish = step_due_rule(s, total, s->at);
	else
		finish = step_due(s, "order.finish.general", s->at);
	b->decompose_by = decompose.at;
	b->finish_by = finish.at;
	step_arm(s, HEAD(b), "decompose", ARM_DUTY, b->lead, decompose);
	step_arm(s, HEAD(b), "finish", ARM_DUTY, b->lead, finish);
	step_arm(s, HEAD(b), "watch", ARM_WINDOW, b->lead,
	    step_due(s, "bundle.watch", s->at));
}

static void
begin(struct step *s, struct row_casefile *c, const struct row_template *t,
    struct str lead, const char *by)
{
	struct row_bundle *b = step_new(s, THING_BUNDLE, BUNDLE_DECOMPOSING);

	b->template = t->code;
	b->lead = lead;
	b->started_at = s->at;
	bind(s, b, t);
	/* What takes longer than a single unit's work was promised for that. */
	dispatcher_promise(s, c, b->finish_by);
	dispatcher_promise_runs(s, c, b->lead);
	step_emit(s, &msg_bundle_started_desc,
	    &(struct msg_bundle_started){ .bundle = b->id,
		.template = b->template,
		.unit = b->lead,
		.by = str_of(by),
		.decompose_by = b->decompose_by,
		.finish_by = b->finish_by });
}

/* The unit that the template means at the place of C; NULL: none there. */
static const struct row_unit *
lead_of(
    struct step *s, const struct row_casefile *c, const struct row_template *t)
{
	return registry_resolve(s->registry, t->lead_unit, t->module,
	    dispatcher_place(s, c), s->at);
}

static void
route(struct step *s, struct row_casefile *c, const struct row_unit *lead,
    const char *by)
{
	c->tier = dispatcher_tier_name(dispatcher_tier_at(lead));
	dispatcher_say_routed(s, c, lead->code, str_of(by));
}

bool
dispatcher_bundle_begins(struct step *s, struct row_casefile *c)
{
	const struct row_template *t =
	    registry_bundle_of(s->registry, c->matter, s->at);
	const struct row_unit *lead =
	    t != NULL && t->by_itself ? lead_of(s, c, t) : NULL;

	if (lead == NULL)
		return false;
	route(s, c, lead, "rule");
	begin(s, c, t, lead->code, "rule");
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
	return true;
}

static bool
is_open(struct step *s)
{
	for (struct row_head *r = step_next(s, THING_BUNDLE, NULL); r != NULL;
	     r = step_next(s, THING_BUNDLE, r))
		if (step_in(s, THING_BUNDLE, r, BUNDLE_OPEN))
			return true;
	return false;
}

/* What a single unit had to do is a part of the whole now. */
static void
withdraw_tasks(struct step *s)
{
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if (step_in(s, THING_TASK, r, TASK_BUSY))
			dispatcher_withdraw(
			    s, (struct row_task *)r, STR("bundle"));
}

void
dispatcher_bundle_start(struct step *s)
{
	const struct msg_bundle_start *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	const struct row_template *t =
	    registry_bundle(s->registry, m->template, s->at);
	const struct row_unit *lead;

	if (t == NULL) {
		step_refuse_because(
		    s, "UNKNOWN_TEMPLATE", "%.*s", STR_ARG(m->template));
		return;
	}
	lead = lead_of(s, c, t);
	if (lead == NULL) {
		step_refuse(s, "OWNER_MISSING");
		return;
	}
	if (!step_acts_for(s, m->unit, lead->code) &&
	    !step_acts_for(s, m->unit, dispatcher_centre(s, c)) &&
	    !step_must_be(s, m->unit, dispatcher_room(s, c)))
		return;
	if (is_open(s)) {
		step_refuse(s, "BUNDLE_OPEN");
		return;
	}
	withdraw_tasks(s);
	if (step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_OPENED))) {
		dispatcher_way_found(s, c);
		route(s, c, lead, "room");
	}
	begin(s, c, t, lead->code, "unit");
}

/* A step as it is to be: of the template, and what the command adds. */
struct plan {
	const struct row_bundle_step *template;
	struct str owner;
	struct strs after;
	bool free; /* nothing that it waits for is left */
};
struct plans {
	struct plan *v;
	size_t n;
};

static struct plan *
plan_of(const struct plans *p, struct str code)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i].template->code, code))
			return &p->v[i];
	return NULL;
}

/* By the template; mediators sit at every tier: the step says at which. */
static struct str
owner_of(
    struct step *s, const struct row_bundle *b, const struct row_bundle_step *t)
{
	struct str place = dispatcher_place(s, dispatcher_casefile(s));
	const struct row_unit *u;

	if (str_is(t->owner_unit, "mediation_committee"))
		place = registry_at_tier(place, t->level);
	u = registry_resolve(s->registry, t->owner_unit,
	    dispatcher_template(s, b)->module, place, s->at);
	return u != NULL ? u->code : (struct str){ NULL, 0 };
}

static struct plans
plan_steps(struct step *s, const struct row_bundle *b)
{
	const struct row_bundle_step *t;
	struct plans p = { .n = 0 };

	for (size_t i = 0; (t = registry_next(s->registry, TABLE_bundle_step,
				b->started_at, &i)) != NULL;)
		p.n += str_eq(t->bundle, b->template);
	p.v = arena_alloc(s->arena, (p.n + 1) * sizeof(*p.v));
	must(p.v != NULL);
	p.n = 0;
	for (size_t i = 0; (t = registry_next(s->registry, TABLE_bundle_step,
				b->started_at, &i)) != NULL;)
		if (str_eq(t->bundle, b->template))
			p.v[p.n++] = (struct plan){ .template = t,
				.owner = owner_of(s, b, t),
				.after = t->depends_on };
	return p;
}

static void
refuse_step(struct step *s, const char *code, struct str step)
{
	step_refuse_because(s, code, "%.*s", STR_ARG(step));
}

/* Owners as the lead unit names them; every step must have one then. */
static bool
take_owners(
    struct step *s, struct plans *p, struct strs steps, struct strs owners)
{
	if (steps.n != owners.n) {
		step_refuse(s, "OWNER_MISSING");
		return false;
	}
	for (size_t i = 0; i < steps.n; i++) {
		struct plan *one = plan_of(p, steps.p[i]);

		if (one == NULL) {
			refuse_step(s, "UNKNOWN_STEP", steps.p[i]);
			return false;
		}
		if (step_unit(s, owners.p[i]) == NULL)
			return false;
		one->owner = owners.p[i];
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].owner.n == 0) {
			refuse_step(s, "OWNER_MISSING", p->v[i].template->code);
			return false;
		}
	return p->n > 0;
}

/* "BJ-07.BJ-06": the first waits for the second, too. */
static bool
take_waits(struct step *s, struct plans *p, struct strs waits)
{
	for (size_t i = 0; i < waits.n; i++) {
		struct str text = waits.p[i];
		size_t dot = str_find(text, '.');
		struct str *on = arena_alloc(s->arena, sizeof(*on));
		struct plan *one = plan_of(p, str_cut(text, 0, dot));

		must(on != NULL);
		*on = dot < text.n ? str_cut(text, dot + 1, text.n) : STR("");
		if (one == NULL || plan_of(p, *on) == NULL) {
			refuse_step(s, "UNKNOWN_STEP", text);
			return false;
		}
		one->after =
		    strs_join(s->arena, one->after, (struct strs){ on, 1 });
	}
	return true;
}

static bool
is_free(const struct plans *p, const struct plan *one)
{
	for (size_t i = 0; i < one->after.n; i++) {
		const struct plan *on = plan_of(p, one->after.p[i]);

		if (on != NULL && !on->free)
			return false;
	}
	return true;
}

/* Frees by rounds; what is never freed waits in a circle. */
static bool
has_order(struct step *s, struct plans *p)
{
	size_t left = p->n;

	for (bool moved = true; moved && left > 0;) {
		moved = false;
		for (size_t i = 0; i < p->n; i++)
			if (!p->v[i].free && is_free(p, &p->v[i])) {
				p->v[i].free = true;
				moved = true;
				left--;
			}
	}
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].free) {
			refuse_step(s, "CYCLE", p->v[i].template->code);
			return false;
		}
	return true;
}

static void
open_step(struct step *s, const struct row_bundle *b, const struct plan *p)
{
	struct row_step *step = step_new_id(s, THING_STEP, STEP_WAITING,
	    arena_printf(s->arena, "%.*s/%.*s", STR_ARG(b->id),
		STR_ARG(p->template->code)));

	step->bundle = b->id;
	step->template = p->template->code;
	step->owner = p->owner;
	step->after = p->after;
	step_emit(s, &msg_step_opened_desc,
	    &(struct msg_step_opened){
		.step = step->id, .unit = step->owner, .after = step->after });
}

void
dispatcher_bundle_decompose(struct step *s)
{
	const struct msg_bundle_decompose *m = s->msg;
	struct row_bundle *b = (struct row_bundle *)s->row;
	struct plans p;

	if (!step_must_be(s, m->unit, b->lead))
		return;
	p = plan_steps(s, b);
	if (!take_owners(s, &p, m->steps, m->owners) ||
	    !take_waits(s, &p, m->waits) || !has_order(s, &p))
		return;
	step_move(s, THING_BUNDLE, HEAD(b), BUNDLE_RUNNING);
	step_meet(s, HEAD(b), "decompose");
	step_emit(s, &msg_bundle_decomposed_desc,
	    &(struct msg_bundle_decomposed){
		.bundle = b->id, .unit = b->lead, .steps = (int64_t)p.n });
	for (size_t i = 0; i < p.n; i++)
		open_step(s, b, &p.v[i]);
	dispatcher_steps_advance(s, b);
	dispatcher_bundle_look(s, b);
	dispatcher_cause_over(s, b->id, "decompose");
}
