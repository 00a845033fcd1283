#include "tests/lib/rulekit.h"

#include "common/rule/step.h"
#include "tests/lib/saved.h"

#include <stdio.h>
#include <stdlib.h>

#define FOLDERS_MAX 64
#define ARMED_MAX 512
#define CODES_MAX 64
#define SAID_MAX 512

struct armed {
	char thing[64];
	char name[40];
	char casefile[40];
	char division[20];
	char unit[64];
	enum arm_kind kind;
	bool on;
	bool paused;
	int64_t paused_at;
	struct limit rule;
	int64_t from;
	int64_t soon; /* 0 once warned */
	int64_t due;
};

struct kit {
	const struct machine *machine;
	const struct registry *registry;
	struct arena *arena; /* for the whole test */
	int64_t at;
	int64_t seq;
	struct str division;
	struct str casefile;
	const void *extra;
	struct folder folder[FOLDERS_MAX];
	size_t n_folders;
	struct armed armed[ARMED_MAX];
	size_t n_armed;
	struct decision last;
	const char *code[CODES_MAX];
	size_t n_codes;
	const struct msg_desc *said[SAID_MAX];
	size_t n_said;
	char text[CLOCK_TEXT];
};

struct kit *
kit_new(const struct machine *m, const struct registry *registry)
{
	struct kit *k = xcalloc(1, sizeof(*k));

	k->machine = m;
	k->registry = registry;
	k->arena = arena_new((size_t)256 << 20);
	decision_init(&k->last);
	kit_at(k, "2026-03-18T09:00:00+08:00");
	kit_place(k, "330122109");
	kit_case(k, "330122-26-0000417");
	return k;
}

void
kit_free(struct kit **kp)
{
	if (*kp == NULL)
		return;
	arena_free(&(*kp)->arena);
	free(*kp);
	*kp = NULL;
}

void
kit_at(struct kit *k, const char *time)
{
	must(clock_parse(str_of(time), &k->at));
}

int64_t
kit_now(const struct kit *k)
{
	return k->at;
}

void
kit_place(struct kit *k, const char *division)
{
	k->division = arena_str(k->arena, str_of(division));
}

void
kit_case(struct kit *k, const char *casefile)
{
	k->casefile = arena_str(k->arena, str_of(casefile));
}

void
kit_extra(struct kit *k, const void *extra)
{
	k->extra = extra;
}

static struct folder *
folder_of(struct kit *k, struct str casefile)
{
	for (size_t i = 0; i < k->n_folders; i++)
		if (str_eq(k->folder[i].casefile, casefile))
			return &k->folder[i];
	must(k->n_folders < FOLDERS_MAX);
	k->folder[k->n_folders].casefile = casefile;
	return &k->folder[k->n_folders++];
}

static void
put(char *to, size_t cap, struct str s)
{
	must(s.n < cap);
	(void)snprintf(to, cap, "%.*s", STR_ARG(s));
}

static struct armed *
find_armed(struct kit *k, struct str thing, struct str name)
{
	for (size_t i = 0; i < k->n_armed; i++)
		if (str_is(thing, k->armed[i].thing) &&
		    str_is(name, k->armed[i].name))
			return &k->armed[i];
	return NULL;
}

static void
arm(struct kit *k, const struct arming *a)
{
	struct armed *d = find_armed(k, a->thing, str_of(a->name));

	if (d == NULL) {
		must(k->n_armed < ARMED_MAX);
		d = &k->armed[k->n_armed++];
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
meet_all(struct kit *k, struct str thing)
{
	for (size_t i = 0; i < k->n_armed; i++)
		if (str_is(thing, k->armed[i].thing))
			k->armed[i].on = false;
}

static void
pause_or_resume(struct kit *k, const struct arming *a)
{
	struct armed *d = find_armed(k, a->thing, str_of(a->name));
	struct pause p;

	if (d == NULL || !d->on)
		return;
	if (a->what == ARM_PAUSE) {
		d->paused = true;
		d->paused_at = k->at;
		return;
	}
	must(d->paused);
	p = (struct pause){ d->paused_at, k->at };
	d->paused = false;
	d->due = calendar_due_paused(
	    registry_calendar(k->registry), d->rule, d->from, &p, 1, NULL);
}

static void
take_armings(struct kit *k)
{
	struct armed *d;

	for (const struct arming *a = k->last.armings; a != NULL; a = a->next)
		switch (a->what) {
		case ARM_SET:
			arm(k, a);
			break;
		case ARM_MEET:
			d = find_armed(k, a->thing, str_of(a->name));
			if (d != NULL)
				d->on = false;
			break;
		case ARM_MEET_ALL:
			meet_all(k, a->thing);
			break;
		case ARM_PAUSE:
		case ARM_RESUME:
			pause_or_resume(k, a);
			break;
		}
}

/* Through the wire and back: what a rule says must be sayable. */
static void
check_said(const struct emission *em)
{
	struct faults f;

	faults_init(&f);
	if (msg_check(em->desc, em->msg, MSG_LENIENT, &f) != RC_OK) {
		(void)fprintf(stderr, "%s: %.*s\n", em->desc->type,
		    STR_ARG(buf_get(&f.text)));
		never("a rule said something that its message does not allow");
	}
	faults_fini(&f);
}

static void
take_said(struct kit *k)
{
	if (k->last.refused != NULL) {
		must(k->n_codes < CODES_MAX ||
		     kit_has_refused(k, k->last.refused));
		if (!kit_has_refused(k, k->last.refused))
			k->code[k->n_codes++] = k->last.refused;
	}
	for (const struct emission *em = k->last.emissions; em != NULL;
	     em = em->next) {
		check_said(em);
		if (k->n_said < SAID_MAX)
			k->said[k->n_said++] = em->desc;
	}
}

bool
kit_send(struct kit *k, const struct msg_desc *desc, const void *msg)
{
	struct msg_envelope env = {
		.id =
		    arena_printf(k->arena, "event-%lld", (long long)k->seq + 1),
		.source = STR("/test"),
		.type = str_of(desc->type),
		.subject = k->casefile,
		.division = k->division,
		.time = k->at,
	};
	struct step s = {
		.registry = k->registry,
		.env = &env,
		.desc = desc,
		.msg = msg,
		.at = k->at,
		.seq = ++k->seq,
		.folder = folder_of(k, k->casefile),
		.decision = &k->last,
		.arena = k->arena,
		.extra = k->extra,
	};
	struct saved *saved = saved_keep(k->machine, s.folder);
	bool applied;

	decision_init(&k->last);
	applied = machine_apply(k->machine, &s);
	saved_check(&saved);
	take_said(k);
	take_armings(k);
	return applied && k->last.refused == NULL;
}

static bool
fire(struct kit *k, const char *which, struct armed *d)
{
	struct msg_deadline_overdue m = {
		.thing = arena_str(k->arena, str_of(d->thing)),
		.limit = arena_str(k->arena, str_of(d->name)),
		.unit = arena_str(k->arena, str_of(d->unit)),
		.due_at = d->due,
	};

	/* The three deadline messages have the same shape. */
	kit_case(k, d->casefile);
	kit_place(k, d->division);
	if (strcmp(which, "due_soon") == 0) {
		d->soon = 0;
		return kit_send(k, &msg_deadline_due_soon_desc, &m);
	}
	d->on = false;
	return kit_send(k,
	    strcmp(which, "lapsed") == 0 ? &msg_deadline_lapsed_desc
					 : &msg_deadline_overdue_desc,
	    &m);
}

bool
kit_fire(struct kit *k, const char *which, const char *thing, const char *name)
{
	struct armed *d = find_armed(k, str_of(thing), str_of(name));

	must(d != NULL && d->on);
	return fire(k, which, d);
}

static int64_t
wake_of(const struct armed *d)
{
	if (!d->on || d->paused)
		return INT64_MAX;
	return d->soon > 0 && d->soon < d->due ? d->soon : d->due;
}

size_t
kit_run_until(struct kit *k, const char *time)
{
	int64_t until;
	size_t fired = 0;

	must(clock_parse(str_of(time), &until));
	for (;;) {
		struct armed *next = NULL;
		int64_t wake;

		for (size_t i = 0; i < k->n_armed; i++)
			if (next == NULL ||
			    wake_of(&k->armed[i]) < wake_of(next))
				next = &k->armed[i];
		wake = next != NULL ? wake_of(next) : INT64_MAX;
		if (wake > until || fired > 10000)
			break;
		if (wake > k->at)
			k->at = wake;
		(void)fire(k,
		    wake < next->due           ? "due_soon"
		    : next->kind == ARM_WINDOW ? "lapsed"
					       : "overdue",
		    next);
		fired++;
	}
	k->at = until;
	return fired;
}

size_t
kit_n(const struct kit *k)
{
	size_t n = 0;

	for (const struct emission *em = k->last.emissions; em != NULL;
	     em = em->next)
		n++;
	return n;
}

const char *
kit_refusal(const struct kit *k)
{
	return k->last.refused != NULL ? k->last.refused : "";
}

bool
kit_allowed(const struct kit *k, const char *command)
{
	for (size_t i = 0; i < k->last.allowed.n; i++)
		if (str_is(k->last.allowed.p[i], command))
			return true;
	return false;
}

const void *
kit_said(const struct kit *k, const struct msg_desc *desc, size_t i)
{
	for (const struct emission *em = k->last.emissions; em != NULL;
	     em = em->next)
		if (em->desc == desc && i-- == 0)
			return em->msg;
	return NULL;
}

size_t
kit_total(const struct kit *k, const struct msg_desc *desc)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n_said; i++)
		n += k->said[i] == desc;
	return n;
}

const struct row_head *
kit_row(const struct kit *k, const char *id)
{
	for (size_t i = 0; i < k->n_folders; i++)
		for (const struct held *h = k->folder[i].first; h != NULL;
		     h = h->next)
			if (str_is(h->row->id, id))
				return h->row;
	return NULL;
}

const char *
kit_state(const struct kit *k, const char *id)
{
	const struct row_head *row = kit_row(k, id);

	/* States are literals of the thing's table: NUL terminated. */
	return row != NULL ? row->state.p : "";
}

const char *
kit_due(const struct kit *k, const char *thing, const char *name)
{
	struct armed *d =
	    find_armed((struct kit *)(uintptr_t)k, str_of(thing), str_of(name));

	if (d == NULL || !d->on)
		return "";
	return clock_format(d->due, ((struct kit *)(uintptr_t)k)->text);
}

bool
kit_has_refused(const struct kit *k, const char *code)
{
	for (size_t i = 0; i < k->n_codes; i++)
		if (strcmp(k->code[i], code) == 0)
			return true;
	return false;
}
