/* What the warned unit and the county centre do about a warning (预警). */
#include "cli/crew.h"

void
crew_on_warning_raised(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_warning_raised *f = msg;
	/* No report began it, and its number is another in each play. */
	struct str what = arena_printf(p->arena, "%.*s %.*s %.*s",
	    STR_ARG(f->unit), STR_ARG(f->kind), STR_ARG(f->matter));

	PLAN(p, crew_by_day(crew_after(m, at, what, "answer", 30, 240)), m,
	    warning_respond, NULL, .warning = crew_keep(p, f->warning),
	    .measures = STR("已逐件核实，安排专人跟进整改。"),
	    .unit = crew_keep(p, f->unit));
}

/* Two days are enough to see whether it helps; a campaign ends it itself. */
void
crew_on_warning_responded(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_warning_responded *f = msg;

	if (f->campaign.n > 0)
		return;
	PLAN(p, crew_by_day(crew_after(m, at, f->unit, "see", 2880, 3600)), m,
	    warning_handle, NULL, .warning = crew_keep(p, f->warning),
	    .result = STR("现场复核，问题已回落。"),
	    .unit = crew_unit_of(
		p, "county_centre", registry_county_of(m->division)));
}
