#include "services/intake/desk.h"

#include "services/intake/desk_booking.h"
#include "services/intake/desk_caller.h"
#include "services/intake/desk_nearby.h"

/* A report whose matter nobody has told, and whose words may tell it. */
static struct heard *
matterless(struct run *r, const struct run_event *ev)
{
	const struct msg_report_submit *m = ev->msg;
	struct heard *h = nearby_heard(ev);

	return h != NULL && m->matter.n == 0 && h->p.text.n > 0 &&
		       !nearby_is_refused(r, ev)
		   ? h
		   : NULL;
}

static enum rc
propose(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	struct arena *arena = run_arena(r);
	struct intake_proposals *out = arena_alloc(arena, n * sizeof(*out));
	struct str *texts = arena_alloc(arena, n * sizeof(*texts));
	struct heard **who = arena_alloc(arena, n * sizeof(struct heard *));
	struct heard *h;
	size_t k = 0;
	int64_t max = registry_number(
	    run_registry(r), "matter.proposals.max", events[0].at, 1);

	must(out != NULL && texts != NULL && who != NULL);
	for (size_t i = 0; i < n; i++) {
		h = matterless(r, &events[i]);
		if (h == NULL)
			continue;
		who[k] = h;
		texts[k++] = h->p.text;
	}
	if (k == 0)
		return RC_OK;
	TRY(intake_store_propose(run_db(r), (struct strs){ texts, k }, max,
	    registry_generation(run_registry(r)), arena, out, e));
	for (size_t i = 0; i < k; i++) {
		who[i]->p.proposals = out[i].p;
		who[i]->p.n_proposals = out[i].n;
	}
	return RC_OK;
}

static void
find_former(struct run *r, struct run_event *ev)
{
	const struct intake *in = run_private(r);
	struct prepared *p;

	if (ev->desc != &msg_report_refuse_desc)
		return;
	p = arena_alloc(run_arena(r), sizeof(*p));
	must(p != NULL);
	p->former = nearby_former(in->near, ev);
	ev->extra = p;
}

static void
find_duplicates(struct run *r, struct run_event *events, size_t i)
{
	const struct intake *in = run_private(r);
	struct arena *arena = run_arena(r);
	struct heard *h = nearby_heard(&events[i]);
	struct prepared *p = h != NULL ? &h->p : NULL;
	struct sighting new, *old;
	size_t n;

	if (!nearby_subject(r, events, i, in->near, &new))
		return;
	if (p == NULL) {
		p = arena_alloc(arena, sizeof(*p));
		must(p != NULL);
		events[i].extra = p;
	}
	sighting_read(&new, run_registry(r), new.at, arena);
	old = arena_alloc(arena, NEARBY_MAX * sizeof(*old));
	must(old != NULL);
	n = nearby_reported(
	    r, events, i, in->near, str_cut(new.division, 0, 9), old);
	p->n_duplicates = duplicates_find(
	    &new, old, n, run_registry(r), arena, &p->duplicates);
}

static void
take_out(struct folder *f, struct held *h)
{
	struct held *last = NULL;

	for (struct held **at = &f->first; *at != NULL;) {
		if (*at == h) {
			*at = h->next;
			f->n--;
			continue;
		}
		last = *at;
		at = &last->next;
	}
	f->last = last;
}

/*
 * A report that was merged lies in two folders: with its casefile, and under
 * its own number.  In a batch that holds both it is put where it is looked
 * for next.
 */
static void
gather(struct run *r, struct run_event *events, size_t n, size_t i)
{
	struct str key = events[i].casefile;
	struct folder *here = run_folder(r, key);

	for (size_t k = 0; k < n; k++) {
		struct folder *f = run_folder(r, events[k].casefile);

		for (struct held *h = f->first, *next; f != here && h != NULL;
		     h = next) {
			next = h->next;
			if (h->thing != THING_REPORT ||
			    (!str_eq(h->row->casefile, key) &&
				!str_eq(h->row->id, key)))
				continue;
			take_out(f, h);
			folder_put(here, h);
		}
	}
}

void
desk_look(struct run *r, struct run_event *events, size_t n, size_t i)
{
	const struct intake *in = run_private(r);

	if (i > 0)
		nearby_note(r, in->near, &events[i - 1]);
	gather(r, events, n, i);
	find_duplicates(r, events, i);
	find_former(r, &events[i]);
	caller_look(r, &in->persons, events, n, i);
	booking_look(r, &in->seats, events, n, i);
}

enum rc
desk_look_up(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	struct intake *in = run_private(r);

	TRY(propose(r, events, n, e));
	TRY(booking_load(r, events, n, &in->seats, e));
	TRY(caller_load(r, events, n, &in->persons, e));
	return nearby_load(r, events, n, &in->near, e);
}
