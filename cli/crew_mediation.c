/* What parties and mediators do, up to the agreement kept. */
#include "cli/crew.h"

#include "common/base/id.h"

struct str
crew_party(struct play *p, struct str number, const char *who)
{
	unsigned char hash[HASH_LEN];
	char hex[HASH_TEXT];
	const struct memory *m = play_memory(p, number);
	struct str s = arena_printf(p->arena, "%.*s/%s",
	    STR_ARG(m->report != NULL ? m->report->id : number), who);

	id_hash(s, hash);
	return arena_printf(p->arena, "party-%.16s", id_hex(hash, hex));
}

void
crew_plan_mediation(struct play *p, struct memory *m, int64_t at)
{
	struct str *parties = arena_alloc(p->arena, 2 * sizeof(*parties));
	struct str room = crew_room_of(p, m->division);

	must(parties != NULL);
	parties[0] = crew_party(p, m->number, "a");
	parties[1] = crew_party(p, m->number, "b");
	PLAN(p, crew_by_day(crew_after(m, at, m->number, "apply", 30, 120)), m,
	    mediation_apply, "elsewhere", .casefile = m->number,
	    .kind = STR("neighbour"), .parties = { parties, 2 }, .unit = room);
}

void
crew_on_mediation_applied(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_mediation_applied *f = msg;
	struct str id = crew_keep(p, f->mediation),
		   unit = crew_keep(p, f->unit);

	m->elsewhere = true;
	for (size_t i = 0; i < f->parties.n; i++) {
		struct str one = crew_keep(p, f->parties.p[i]);

		if (crew_dice(m, one, "willing") < 92)
			PLAN(p,
			    crew_by_day(
				crew_after(m, at, one, "consent", 30, 300)),
			    m, mediation_consent, NULL, .mediation = id,
			    .party = one, .unit = unit);
		else
			PLAN(p,
			    crew_by_day(
				crew_after(m, at, one, "consent", 30, 300)),
			    m, mediation_decline, NULL, .mediation = id,
			    .party = one, .unit = unit);
	}
}

void
crew_on_mediation_climbed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_mediation_climbed *f = msg;
	static const char *const who[] = { "a", "b" };

	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		PLAN(p,
		    crew_by_day(
			crew_after(m, at, f->mediation, who[i], 30, 300)),
		    m, mediation_consent, NULL,
		    .mediation = crew_keep(p, f->mediation),
		    .party = crew_party(p, m->number, who[i]),
		    .unit = crew_keep(p, f->unit));
}

void
crew_on_mediation_accepted(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_mediation_accepted *f = msg;
	struct str *both = arena_alloc(p->arena, 2 * sizeof(*both));
	struct str id = crew_keep(p, f->mediation),
		   unit = crew_keep(p, f->unit);
	struct str mediator = crew_somebody(p, unit, "mediator", STR(""));
	bool county = str_is(f->level, "county");

	must(both != NULL);
	both[0] = crew_party(p, m->number, "a");
	both[1] = crew_party(p, m->number, "b");
	/* No mediator down there, or a hard case: one level up. */
	if (!county && (mediator.n == 0 || crew_dice(m, id, "hard") < 20)) {
		PLAN(p, crew_by_day(crew_after(m, at, id, "climb", 300, 1500)),
		    m, mediation_climb, NULL, .mediation = id,
		    .reason = STR("双方分歧较大，本级难以调处。"),
		    .unit = unit);
		return;
	}
	PLAN(p, crew_by_day(crew_after(m, at, id, "agree", 300, 2500)), m,
	    agreement_make, NULL, .mediation = id,
	    .form =
		crew_dice(m, id, "form") < 70 ? STR("written") : STR("oral"),
	    .sha256 = STR("60303ae22b998861bce3b28f33eec1be758a213c86c93c076db"
			  "e9f558c11c752"),
	    .signed_by = { both, 2 }, .sealed = true, .unit = unit,
	    .officer = crew_or_unknown(mediator));
}

void
crew_on_agreement_made(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_agreement_made *f = msg;

	PLAN(p,
	    crew_by_day(crew_after(m, at, f->agreement, "perform", 600, 3000)),
	    m, agreement_perform, NULL, .agreement = crew_keep(p, f->agreement),
	    .unit = crew_keep(p, f->unit));
}
