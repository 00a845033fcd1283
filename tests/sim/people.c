#include "tests/sim/people.h"

#include "tests/sim/command.h"

#include <stdio.h>
#include <stdlib.h>

#define DESKS 3
#define AT_ONCE 5
#define LETTERS_MAX 4096

/* One connection of the bus with one transaction under way. */
struct desk {
	struct session *session;
	size_t letter[AT_ONCE]; /* what is in it */
	size_t n;
	size_t n_due; /* results that are to come */
	bool failed;
	int64_t told[AT_ONCE]; /* seq of each, once the append has answered */
	int64_t next_us;
};

struct people {
	struct world *w;
	struct desk desk[DESKS];
	struct letter *letter[LETTERS_MAX];
	size_t n;
	int64_t n_wishes;
	size_t n_unsure; /* not answered, on no desk */
	size_t unsure[2 * LETTERS_MAX];
};

struct people *
people_new(struct world *w)
{
	struct people *p = xcalloc(1, sizeof(*p));

	p->w = w;
	return p;
}

void
people_free(struct people **pp)
{
	struct people *p = *pp;

	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->letter[i]);
	free(p);
	*pp = NULL;
}

/* So many of the last letters may be on their way. */
#define RECENT (DESKS * AT_ONCE)

bool
people_wait_for(const struct people *p, struct str casefile)
{
	for (size_t i = p->n; i-- > 0 && i + RECENT >= p->n;)
		if (!p->letter[i]->acked &&
		    str_eq(p->letter[i]->subject, casefile))
			return true;
	return false;
}

static struct desk *
desk_of(struct people *p, const struct session *s)
{
	for (size_t i = 0; i < DESKS; i++)
		if (p->desk[i].session == s)
			return &p->desk[i];
	never("a session of nobody");
}

/* How it ended nobody knows, or it failed: the same letters once more. */
static void
unsure(struct people *p, struct desk *d)
{
	for (size_t i = 0; i < d->n; i++) {
		size_t which = d->letter[i];

		if (p->w->store.defect == DEFECT_resend_new) {
			struct letter *old = p->letter[which];
			char id[sizeof(old->id) + 1];

			(void)snprintf(id, sizeof(id), "%s.", old->id);
			p->letter[which] = command_again(old, id);
			free(old);
		}
		must(p->n_unsure < 2 * LETTERS_MAX);
		p->unsure[p->n_unsure++] = which;
	}
	d->n = d->n_due = 0;
}

void
people_lost(struct people *p, struct session *s)
{
	struct desk *d = desk_of(p, s);

	d->session = NULL;
	unsure(p, d);
}

void
people_cut(struct people *p)
{
	const struct journal *j = &p->w->store.journal;

	for (size_t i = 0; i < p->n; i++) {
		struct letter *l = p->letter[i];

		if (!l->acked ||
		    journal_find(j, l->source, str_of(l->id)) != NULL)
			continue;
		l->acked = false;
		p->unsure[p->n_unsure++] = i;
	}
}

/* The bus says ACK: from now on it is a promise. */
static void
acknowledged(struct people *p, struct desk *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct letter *l = p->letter[d->letter[i]];

		must(d->told[i] > 0);
		if (l->acked && l->seq != d->told[i])
			world_broken("I3: %s was event %lld and is now %lld",
			    l->id, (long long)l->seq, (long long)d->told[i]);
		l->acked = true;
		l->seq = d->told[i];
	}
	d->n = 0;
}

static void
take_receipts(struct people *p, struct desk *d, const PGresult *res)
{
	for (size_t i = 0; i < res->n_rows; i++) {
		size_t n = (size_t)cell_i64(res->rows[i][0]) - 1;

		must(n < d->n);
		d->told[n] = cell_i64(res->rows[i][1]);
		if (str_is(res->rows[i][2], "reused"))
			world_broken("I3: the id of %s was given twice",
			    p->letter[d->letter[n]]->id);
	}
}

void
people_take(struct people *p, struct session *s, PGresult *res)
{
	struct desk *d = desk_of(p, s);

	if (res->status == PGRES_NONFATAL_ERROR) {
		d->failed = true; /* nobody knows */
		PQclear(res);
		return;
	}
	if (res->status == PGRES_FATAL_ERROR ||
	    res->status == PGRES_PIPELINE_ABORTED)
		d->failed = true;
	else if (res->n_columns == 3)
		take_receipts(p, d, res);
	PQclear(res);
	if (--d->n_due > 0)
		return;
	if (!d->failed) {
		acknowledged(p, d);
		return;
	}
	if (d->n == 0)
		return; /* the rollback of the one before */
	unsure(p, d);
	session_send(
	    s, request_new(REQUEST_EXECUTE, "rollback", NULL, 0, NULL));
	session_send(s, request_new(REQUEST_SYNC, "sync", NULL, 0, NULL));
	d->n_due = 2;
}

static bool
wants(const struct people *p, const struct desk *d)
{
	return d->n_due == 0 &&
	       (p->n_unsure > 0 || p->n < p->w->plan.n_commands);
}

bool
people_ready(const struct people *p)
{
	for (size_t i = 0; i < DESKS; i++)
		if (wants(p, &p->desk[i]) && !p->w->outage &&
		    p->w->mono_us >= p->desk[i].next_us)
			return true;
	return false;
}

int64_t
people_wake(const struct people *p)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < DESKS; i++)
		if (wants(p, &p->desk[i]) && p->desk[i].next_us < at)
			at = p->desk[i].next_us;
	return at;
}

/* Values of a text[] or bytea[] as libpq sends them. */
static struct str
array_of(const struct str *v, size_t n, struct args *a, bool bytes)
{
	if (bytes)
		args_bytes_list(a, v, n);
	else
		args_strs(a, v, n);
	return buf_get(&a->value[a->n - 1]);
}

static void
send_append(struct people *p, struct desk *d)
{
	struct str column[7][AT_ONCE], args[7];
	struct args a;

	args_init(&a);
	for (size_t i = 0; i < d->n; i++) {
		const struct letter *l = p->letter[d->letter[i]];

		column[0][i] = l->source;
		column[1][i] = str_of(l->id);
		column[2][i] = str_of(l->desc->type);
		column[3][i] = l->subject;
		column[4][i] = l->division;
		column[5][i] = l->digest;
		column[6][i] = l->envelope;
	}
	for (size_t k = 0; k < 7; k++)
		args[k] = array_of(column[k], d->n, &a, k >= 5);
	session_send(d->session,
	    request_new(REQUEST_EXECUTE, "run_append", NULL, 7, args));
	args_fini(&a);
}

static size_t
send_seals(struct people *p, struct desk *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct letter *l = p->letter[d->letter[i]];
		struct str args[] = { l->source, str_of(l->id), l->box_digest,
			l->box };

		if (l->box.n == 0)
			continue;
		session_send(d->session,
		    request_new(REQUEST_EXECUTE, "sim_seal", NULL, 4, args));
		n++;
	}
	return n;
}

/* The tool asks a service to see to something that it put aside. */
static size_t
send_wish(struct people *p, struct desk *d)
{
	const struct table *t = &p->w->store.fixed[TABLE_parked];
	const struct version *v;
	struct num id;

	if (t->n_spots == 0 || !chaos_strikes(FAULT_wish))
		return 0;
	v = t->spots[dice_below(&p->w->body, t->n_spots)]->now;
	if (v == NULL)
		return 0;
	id = num_of(++p->n_wishes);
	session_send(d->session,
	    request_new(REQUEST_EXECUTE, "sim_request", NULL, 5,
		(struct str[]){ CELL_NUM(id), v->cell[COL_parked_service],
		    dice_hit(&p->w->body, 300) ? STR("drop") : STR("retry"),
		    v->cell[COL_parked_casefile], v->cell[COL_parked_seq] }));
	return 1;
}

static void
send_all(struct people *p, struct desk *d)
{
	struct world *w = p->w;

	if (d->session == NULL)
		d->session = world_session(w, "people", d);
	d->failed = false;
	memset(d->told, 0, sizeof(d->told));
	session_send(
	    d->session, request_new(REQUEST_EXECUTE, "begin", NULL, 0, NULL));
	d->n_due = 4 + send_seals(p, d) + send_wish(p, d);
	send_append(p, d);
	session_send(
	    d->session, request_new(REQUEST_EXECUTE, "commit", NULL, 0, NULL));
	session_send(
	    d->session, request_new(REQUEST_SYNC, "sync", NULL, 0, NULL));
}

/* Something new, something unsure, something that is long answered. */
static void
take_one(struct people *p, struct desk *d)
{
	struct world *w = p->w;

	if (p->n_unsure > 0) {
		d->letter[d->n++] = p->unsure[--p->n_unsure];
	} else if (p->n > 0 && chaos_strikes(FAULT_resend)) {
		d->letter[d->n++] = dice_below(&w->body, p->n);
	} else if (p->n < w->plan.n_commands) {
		must(p->n < LETTERS_MAX);
		p->letter[p->n] = command_new(w, p->n);
		if (p->letter[p->n] == NULL)
			return;
		w->counts.commands++;
		d->letter[d->n++] = p->n++;
	}
}

void
people_step(struct people *p)
{
	struct world *w = p->w;
	struct desk *d = &p->desk[0];
	int64_t n = dice_scale(&w->body, 1, AT_ONCE);

	while (!wants(p, d) || w->mono_us < d->next_us)
		d++;
	must(d < &p->desk[DESKS]);
	if (w->n_sessions == SESSIONS_MAX)
		return;
	for (; n > 0; n--)
		take_one(p, d);
	if (d->n > 0)
		send_all(p, d);
	d->next_us = w->mono_us + dice_scale(&w->body, 5000, 2000000);
}

bool
people_done(const struct people *p)
{
	for (size_t i = 0; i < DESKS; i++)
		if (p->desk[i].n > 0)
			return false;
	return p->n_unsure == 0 && p->n >= p->w->plan.n_commands;
}

void
people_check(const struct people *p)
{
	const struct journal *j = &p->w->store.journal;

	for (size_t i = 0; i < p->n; i++) {
		const struct letter *l = p->letter[i];
		const struct event *e = journal_at(j, l->seq);

		if (!l->acked || e == NULL || !str_is(e->id, l->id) ||
		    !str_eq(e->envelope, l->envelope)) {
			world_broken("I1: %s was acknowledged as event %lld, "
				     "which it is not",
			    l->id, (long long)l->seq);
			return;
		}
	}
}
