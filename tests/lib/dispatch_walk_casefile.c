/* The casefile itself: opened, sent, raised, lowered, seen, closed, merged. */
#include "tests/lib/dispatch_walk_inner.h"

#include "services/dispatcher/rules.h"

bool
walk_parent(struct walk *w)
{
	if (walk_dice(w, 2) == 0)
		return SEND(w, casefile_parted, .casefile = STR(CASEFILE),
		    .parent = STR(OTHER_CASE), .why = STR("ended"));
	return SEND(w, casefile_followed, .casefile = STR(CASEFILE),
	    .parent = STR(OTHER_CASE), .outcome = STR("solved"),
	    .handler = STR(VILLAGE), .unit = STR(ROOM),
	    .done_at = kit_now(w->k));
}

/* Ends before its time. */
static bool
of_end(struct walk *w)
{
	const struct row_task *t = (const struct row_task *)walk_some(w, "T");

	switch (walk_dice(w, 6)) {
	case 5:
		return SEND(w, casefile_rehome, .casefile = STR(CASEFILE));
	case 0:
		return SEND(w, casefile_reject, .casefile = STR(CASEFILE),
		    .missing = walk_reason(w), .unit = walk_unit(w, STR(ROOM)));
	case 1:
		return SEND(w, casefile_terminate, .casefile = STR(CASEFILE),
		    .ground =
			walk_dice(w, 4) > 0 ? STR("petition") : STR("tired"),
		    .holder = walk_unit(w, t != NULL ? t->unit : STR(ROOM)),
		    .request = walk_reason(w),
		    .unit = walk_unit(w, STR(CENTRE)));
	case 2:
		return SEND(w, casefile_joined, .casefile = STR(CASEFILE),
		    .child = STR("330122-26-0000419"),
		    .finish_by = kit_now(w->k) + DAY_MS);
	default:
		return SEND(w, casefile_merge, .casefile = STR(CASEFILE),
		    .parent =
			walk_dice(w, 4) > 0 ? STR(OTHER_CASE) : STR(CASEFILE),
		    .reason = walk_reason(w), .unit = walk_unit(w, STR(ROOM)));
	}
}

bool
walk_casefile(struct walk *w)
{
	switch (walk_dice(w, 8)) {
	case 4:
		return SEND(w, casefile_lower, .casefile = STR(CASEFILE),
		    .reason = walk_reason(w), .unit = walk_unit(w, STR(ROOM)));
	case 5:
		return SEND(w, casefile_verify, .casefile = STR(CASEFILE),
		    .ok = walk_dice(w, 3) > 0, .found = walk_reason(w),
		    .unit = walk_unit(w, STR(ROOM)),
		    .officer = walk_officer(w));
	case 6:
		return of_end(w);
	case 0:
		return SEND(w, casefile_route, .casefile = STR(CASEFILE),
		    .to = walk_any_unit(w), .unit = walk_unit(w, STR(ROOM)));
	case 1:
		return SEND(w, casefile_raise, .casefile = STR(CASEFILE),
		    .reason = walk_reason(w), .unit = walk_unit(w, STR(ROOM)));
	case 2:
		return SEND(w, casefile_opened, .casefile = STR(CASEFILE),
		    .matter = STR(DITCH), .channel = STR("grid"),
		    .finish_by = kit_now(w->k), .pack = STR("tonglu"));
	default:
		return SEND(w, casefile_close, .casefile = STR(CASEFILE),
		    .outcome =
			walk_dice(w, 4) > 0 ? STR("solved") : STR("explained"),
		    .unit = walk_unit(w, STR(ROOM)));
	}
}
