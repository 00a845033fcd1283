#include "tests/lib/rulekit.h"

#include "common/rule/step.h"
#include "tests/lib/armed.h"
#include "tests/lib/saved.h"

#include <stdio.h>
#include <stdlib.h>

#define FOLDERS_MAX 64
#define CODES_MAX 256
#define SAID_MAX 512

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
	struct armed_list armed;
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
	armed_take(&k->armed, k->last.armings, k->at, k->registry);
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
	struct armed *d = armed_find(&k->armed, str_of(thing), str_of(name));

	must(d != NULL && d->on);
	return fire(k, which, d);
}

size_t
kit_run_until(struct kit *k, const char *time)
{
	int64_t until;
	size_t fired = 0;

	must(clock_parse(str_of(time), &until));
	for (;;) {
		struct armed *next = armed_next(&k->armed);
		int64_t wake = next != NULL ? armed_wake(next) : INT64_MAX;

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
	struct kit *own = (struct kit *)(uintptr_t)k; /* for its text */
	const struct armed *d =
	    armed_find(&own->armed, str_of(thing), str_of(name));

	if (d == NULL || !d->on)
		return "";
	return clock_format(d->due, own->text);
}

const char *
kit_bound(const struct kit *k, const char *thing, const char *name)
{
	struct kit *own = (struct kit *)(uintptr_t)k;
	const struct armed *d =
	    armed_find(&own->armed, str_of(thing), str_of(name));

	return d != NULL && d->on ? d->unit : "";
}

const char *
kit_place_of(const struct kit *k, const char *thing, const char *name)
{
	struct kit *own = (struct kit *)(uintptr_t)k;
	const struct armed *d =
	    armed_find(&own->armed, str_of(thing), str_of(name));

	return d != NULL && d->on ? d->division : "";
}

bool
kit_has_refused(const struct kit *k, const char *code)
{
	for (size_t i = 0; i < k->n_codes; i++)
		if (strcmp(k->code[i], code) == 0)
			return true;
	return false;
}
