#include "services/intake/desk_booking.h"

/* The moment that EV asks a seat for; 0: it does not. */
static int64_t
wanted_at(const struct run_event *ev)
{
	if (ev->desc == &msg_booking_book_desc)
		return ((const struct msg_booking_book *)ev->msg)->at;
	if (ev->desc == &msg_booking_move_desc)
		return ((const struct msg_booking_move *)ev->msg)->at;
	return 0;
}

enum rc
booking_load(struct run *r, const struct run_event *events, size_t n,
    struct intake_seats *out, struct err *e)
{
	struct arena *arena = run_arena(r);
	int64_t *days = arena_alloc(arena, (n + 1) * sizeof(*days)), at;
	size_t k = 0;

	must(days != NULL);
	*out = (struct intake_seats){ .n = 0 };
	for (size_t i = 0; i < n; i++)
		if ((at = wanted_at(&events[i])) > 0)
			days[k++] = clock_day_start(clock_day(at));
	if (k == 0)
		return RC_OK;
	return intake_store_seats(run_db(r), days, k, arena, out, e);
}

/* Every booking that the batch holds, each once, as it is by now. */
static const struct row_booking **
held_now(struct run *r, const struct run_event *events, size_t n, size_t *count)
{
	const struct row_booking **v;
	size_t most = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		most += run_folder(r, events[i].casefile)->n;
	v = arena_alloc(
	    run_arena(r), (most + 1) * sizeof(struct row_booking *));
	must(v != NULL);
	for (size_t i = 0; i < n; i++) {
		const struct folder *f = run_folder(r, events[i].casefile);

		for (const struct held *h = f->first; h != NULL; h = h->next) {
			const void *row = h->row;
			size_t same = 0;

			while (same < k && row != v[same])
				same++;
			if (h->thing == THING_BOOKING && same == k)
				v[k++] = row;
		}
	}
	*count = k;
	return v;
}

static bool
is_held(const struct row_booking **v, size_t n, struct str booking)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i]->id, booking))
			return true;
	return false;
}

void
booking_look(struct run *r, const struct intake_seats *seats,
    struct run_event *events, size_t n, size_t i)
{
	const struct row_booking **held;
	struct prepared *p;
	struct row_seat *v;
	size_t n_held, n_taken = 0;

	if (wanted_at(&events[i]) <= 0)
		return;
	held = held_now(r, events, n, &n_held);
	/* Of a booking.book seal.c has found out who comes. */
	p = (struct prepared *)(uintptr_t)events[i].extra;
	if (p == NULL)
		p = arena_alloc(run_arena(r), sizeof(*p));
	v = arena_alloc(run_arena(r), (n_held + seats->n + 1) * sizeof(*v));
	must(p != NULL && v != NULL);
	for (size_t k = 0; k < seats->n; k++)
		if (!is_held(held, n_held, seats->v[k].booking))
			v[n_taken++] = seats->v[k];
	for (size_t k = 0; k < n_held; k++)
		if (str_is(held[k]->state, "booked"))
			v[n_taken++] = (struct row_seat){ held[k]->id,
				held[k]->room, held[k]->leader, held[k]->day };
	p->seats = (struct seats){ v, n_taken };
	events[i].extra = p;
}
