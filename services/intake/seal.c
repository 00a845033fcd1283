#include "services/intake/seal.h"

#include "common/base/id.h"
#include "services/intake/rules_scrub.h"

#define PHONE_DIGITS_MIN 5
#define PLACE_MAX 256
#define TEXT_MAX 16384
#define WORDS_MAX ((size_t)32 << 20)

/* The words as they are that day; reading them takes a millisecond. */
static void
know_words(struct run *r, struct intake *in, int64_t at)
{
	struct str version = registry_version(run_registry(r));

	if (in->words != NULL && in->day == clock_day(at) &&
	    str_eq(in->version, version))
		return;
	if (in->words_arena == NULL)
		in->words_arena = arena_new(WORDS_MAX);
	arena_reset(in->words_arena);
	in->words = words_new(run_registry(r), at, in->words_arena);
	in->version = arena_str(in->words_arena, version);
	in->day = clock_day(at);
}

static bool
has_number(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] >= '0' && text.p[i] <= '9';
	return n >= PHONE_DIGITS_MIN;
}

/* The caller's own words, and the summary unless they hold it. */
static struct str
whole_text(const struct msg_report_submit *m,
    const struct msg_sealed_report *given, struct arena *arena)
{
	if (given->text.n == 0)
		return m->summary;
	if (m->summary.n == 0 ||
	    str_search(given->text, m->summary) < given->text.n)
		return given->text;
	return arena_printf(
	    arena, "%.*s\n%.*s", STR_ARG(m->summary), STR_ARG(given->text));
}

static struct str
scrubbed(struct intake *in, struct str text, size_t max,
    const struct msg_sealed_report *given, struct arena *arena)
{
	struct str out = scrub_text(in->words, text, given, in->scratch);

	out = arena_str(arena, scrub_cut(out, max));
	arena_reset(in->scratch);
	return out;
}

void
seal_tell(struct intake *in, const struct msg_report_submit *m, struct heard *h,
    struct arena *arena)
{
	const struct msg_sealed_report *given = &h->given;

	h->p.said = m->summary.n > 0 || given->text.n > 0;
	h->p.phone = has_number(given->phone);
	h->p.named = given->name.n > 0 || given->id_number.n > 0;
	h->p.place = scrubbed(in, m->place, PLACE_MAX, given, arena);
	h->p.text =
	    scrubbed(in, whole_text(m, given, arena), TEXT_MAX, given, arena);
}

/* What the vault will keep, and what stands for it outside. */
static void
keep_identity(struct intake *in, const struct run_event *ev, struct heard *h,
    struct arena *arena)
{
	char token[VAULT_TOKEN], hex[2 * VAULT_PERSON + 1];
	unsigned char person[VAULT_PERSON];
	size_t n = 0;

	vault_token(in->vault, ev->env.source, ev->env.id, token);
	h->p.token = arena_str(arena, str_of(token));
	h->identity = (struct intake_identity){
		.token = h->p.token,
		.report = ev->casefile,
		.source = ev->env.source,
		.id = ev->env.id,
		.sealed = vault_lock(in->vault, token, &h->given, arena),
		.box_key = arena_str(arena, str_of(h->box_key)),
		.at = ev->at,
	};
	if (!vault_person(in->vault, &h->given, person))
		return;
	h->identity.person = arena_str(
	    arena, (struct str){ (const char *)person, sizeof(person) });
	for (size_t i = 0; i < sizeof(person); i++) {
		static const char digits[] = "0123456789abcdef";

		hex[n++] = digits[person[i] >> 4];
		hex[n++] = digits[person[i] & 0xf];
	}
	h->person = arena_str(arena, (struct str){ hex, n });
}

bool
seal_may_have(const struct run_event *ev)
{
	return ev->desc == &msg_report_submit_desc ||
	       ev->desc == &msg_booking_book_desc;
}

static const struct intake_box *
box_of(const struct run_event *ev, const struct intake_boxes *boxes)
{
	for (size_t i = 0; i < boxes->n && ev->env.sealed.n > 0; i++)
		if (str_eq(boxes->v[i].id, ev->env.id) &&
		    str_eq(boxes->v[i].source, ev->env.source))
			return &boxes->v[i];
	return NULL;
}

/* Is it the very box that the event came with? */
static bool
is_whole(const struct run_event *ev, const struct intake_box *b)
{
	unsigned char hash[HASH_LEN];
	char hex[HASH_TEXT];

	id_hash(b->box, hash);
	return str_is(ev->env.sealed, id_hex(hash, hex));
}

/*
 * A box that does not open is the rule's to refuse.  One that is no more was
 * erased with its person; the report goes on without them.
 */
static void
hear_one(struct intake *in, struct run_event *ev, struct heard *h,
    const struct intake_box *box, struct arena *arena)
{
	if (box != NULL) {
		h->p.bad_seal = !is_whole(ev, box) ||
				vault_unseal(in->vault, box->box, arena,
				    &h->given, &h->box_key, NULL) != RC_OK;
		if (h->p.bad_seal)
			h->given = (struct msg_sealed_report){ .name = { 0 } };
		else
			keep_identity(in, ev, h, arena);
	}
	if (ev->desc == &msg_report_submit_desc)
		seal_tell(in, ev->msg, h, arena);
}

/* Loads the boxes of all events that have one, in one query. */
static enum rc
load_boxes(struct run *r, const struct run_event *events, size_t n,
    struct intake_boxes *boxes, struct err *e)
{
	struct arena *arena = run_arena(r);
	struct str *sources = arena_alloc(arena, (n + 1) * sizeof(*sources));
	struct str *ids = arena_alloc(arena, (n + 1) * sizeof(*ids));
	size_t k = 0;

	must(sources != NULL && ids != NULL);
	for (size_t i = 0; i < n; i++) {
		if (!seal_may_have(&events[i]) || events[i].env.sealed.n == 0)
			continue;
		sources[k] = events[i].env.source;
		ids[k++] = events[i].env.id;
	}
	*boxes = (struct intake_boxes){ .n = 0 };
	if (k == 0)
		return RC_OK;
	return intake_store_boxes(run_db(r), (struct strs){ sources, k },
	    (struct strs){ ids, k }, arena, boxes, e);
}

enum rc
seal_hear(struct run *r, struct intake *in, struct run_event *events, size_t n,
    struct err *e)
{
	struct arena *arena = run_arena(r);
	struct intake_boxes boxes;

	TRY(load_boxes(r, events, n, &boxes, e));
	for (size_t i = 0; i < n; i++) {
		struct run_event *ev = &events[i];
		struct heard *h;

		if (!seal_may_have(ev))
			continue;
		know_words(r, in, ev->at);
		h = arena_alloc(arena, sizeof(*h));
		must(h != NULL);
		hear_one(in, ev, h, box_of(ev, &boxes), arena);
		ev->extra = &h->p;
	}
	return RC_OK;
}
