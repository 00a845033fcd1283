#include "tests/lib/dispatch_bundle.h"

#include "services/dispatcher/rules.h"

#include <stdio.h>

/* Ids outlive the kit's messages, but not the next call. */
static struct str
step_id(const char *code, char id[64])
{
	(void)snprintf(id, 64, O1 "/%s", code);
	return str_of(id);
}

static const struct row_step *
step_row(const struct kit *k, const char *code)
{
	char id[64];
	const struct row_head *r = kit_row(k, step_id(code, id).p);

	must(r != NULL);
	return (const struct row_step *)r;
}

bool
bundle_start(struct kit *k, const char *template)
{
	return KIT_SEND(k, bundle_start, .casefile = STR(CASEFILE),
	    .template = str_of(template), .unit = STR(ROOM));
}

bool
bundle_decompose(struct kit *k)
{
	return KIT_SEND(
	    k, bundle_decompose, .bundle = STR(O1), .unit = STR(TOWNSHIP));
}

void
bundle_house(struct kit *k)
{
	dispatch_open(k, HOUSE);
	must(bundle_decompose(k));
}

void
bundle_do(struct kit *k, const char *code)
{
	const struct row_step *step = step_row(k, code);
	const struct row_task *t =
	    (const struct row_task *)kit_row(k, step->task.p);

	must(KIT_SEND(k, task_sign, .task = t->id, .unit = t->unit));
	must(KIT_SEND(k, task_submit, .task = t->id, .result = STR("done"),
	    .unit = t->unit, .officer = STR(WORKER)));
	must(KIT_SEND(k, task_accept, .task = t->id, .unit = t->giver));
}

void
bundle_approved(struct kit *k)
{
	bundle_house(k);
	bundle_do(k, "BJ-01");
	bundle_do(k, "BJ-02");
	bundle_do(k, "BJ-03");
	bundle_do(k, "BJ-04");
	must(bundle_say(k, "BJ-05", "forest_water_road", false));
	bundle_do(k, "BJ-05");
	bundle_do(k, "BJ-06");
	bundle_do(k, "BJ-07");
	bundle_do(k, "BJ-08");
}

void
bundle_following(struct kit *k)
{
	bundle_approved(k);
	must(bundle_papers(k));
	must(bundle_integrate(k));
}

bool
bundle_say(struct kit *k, const char *code, const char *question, bool yes)
{
	static const struct str word[] = { { "forest_water_road", 17 } };
	const struct row_step *step = step_row(k, code);

	must(str_is(word[0], question));
	return KIT_SEND(k, step_record, .step = step->id,
	    .yes = { word, yes ? 1 : 0 }, .no = { word, yes ? 0 : 1 },
	    .unit = step->owner);
}

bool
bundle_papers(struct kit *k)
{
	static const struct str permits[] = {
		{ "农村宅基地批准书", sizeof("农村宅基地批准书") - 1 },
		{ "乡村建设规划许可证", sizeof("乡村建设规划许可证") - 1 },
	};
	const struct row_step *step = step_row(k, "BJ-08");

	return KIT_SEND(k, step_record, .step = step->id,
	    .papers = { permits, 2 }, .unit = step->owner);
}

bool
bundle_integrate(struct kit *k)
{
	return KIT_SEND(k, bundle_integrate, .bundle = STR(O1),
	    .result = STR("both permits are issued"), .unit = STR(TOWNSHIP));
}

bool
bundle_ask(struct kit *k, const char *code, const struct str *papers, size_t n)
{
	const struct row_step *step = step_row(k, code);

	return KIT_SEND(k, step_ask_papers, .step = step->id,
	    .papers = { papers, n }, .unit = step->owner);
}

bool
bundle_supply(
    struct kit *k, const char *code, const struct str *papers, size_t n)
{
	return KIT_SEND(k, step_supply, .step = step_row(k, code)->id,
	    .papers = { papers, n }, .unit = STR(VILLAGE));
}

bool
bundle_skip(struct kit *k, const char *code)
{
	return KIT_SEND(k, step_skip, .step = step_row(k, code)->id,
	    .reason = STR("not needed"), .unit = STR(TOWNSHIP));
}

bool
bundle_reopen(struct kit *k, const char *code, const char *reason)
{
	struct str one = str_of(code);

	return KIT_SEND(k, bundle_reopen, .bundle = STR(O1),
	    .steps = { &one, 1 }, .reason = str_of(reason),
	    .unit = STR(TOWNSHIP));
}

bool
bundle_stop(struct kit *k, const char *approver)
{
	struct str one = str_of(approver);

	return KIT_SEND(k, bundle_stop, .bundle = STR(O1),
	    .reason = STR("the family moves away"), .approvers = { &one, 1 },
	    .unit = STR(TOWNSHIP));
}
