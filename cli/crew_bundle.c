/* What a lead unit and the owners of steps do about one thing (一件事). */
#include "cli/crew.h"

void
crew_on_bundle_started(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_bundle_started *f = msg;
	struct str unit = crew_keep(p, f->unit);

	PLAN(p, crew_by_day(crew_after(m, at, f->bundle, "split", 30, 240)), m,
	    bundle_decompose, NULL, .bundle = crew_keep(p, f->bundle),
	    .unit = unit, .officer = crew_somebody(p, unit, NULL, STR("")));
}

/* Whatever the step makes is put on file while it is at work. */
void
crew_on_step_readied(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_step_readied *f = msg;
	struct str step = crew_keep(p, f->step), unit = crew_keep(p, f->unit);
	size_t slash = step.n;
	const struct row_bundle_step *t;

	while (slash > 0 && step.p[slash - 1] != '/')
		slash--;
	t = registry_step(p->registry, str_cut(step, slash, step.n), at);
	if (t != NULL && t->makes.n > 0)
		PLAN(p, crew_by_day(crew_after(m, at, step, "papers", 10, 60)),
		    m, step_record, NULL, .step = step, .papers = t->makes,
		    .unit = unit);
}

void
crew_on_bundle_integrating(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_bundle_integrating *f = msg;
	struct str unit = crew_keep(p, f->unit);

	PLAN(p, crew_by_day(crew_after(m, at, f->bundle, "whole", 30, 240)), m,
	    bundle_integrate, NULL, .bundle = crew_keep(p, f->bundle),
	    .result = STR("各环节办结，成果汇总齐全。"), .unit = unit,
	    .officer = crew_somebody(p, unit, NULL, STR("")));
}
