#include "tests/lib/campaign_kit.h"

#include "services/dispatcher/rules_campaign.h"

static const struct str gas[] = { { GAS, sizeof(GAS) - 1 } };
static const struct str town[] = { { TOWN, sizeof(TOWN) - 1 } };
static const struct str photo[] = { { "photo-1", 7 } };

static int64_t
time_of(const char *text)
{
	int64_t at;

	must(clock_parse(str_of(text), &at));
	return at;
}

bool
campaign_plan(struct kit *k, const char *class, const char *finish)
{
	kit_case(k, CAMPAIGN);
	return KIT_SEND(k, campaign_plan, .class = str_of(class),
	    .matters = { gas, 1 }, .targets = { town, 1 },
	    .finish_by = time_of(finish), .theme = STR("餐饮场所液化气瓶"),
	    .unit = STR(CENTRE));
}

bool
campaign_plan_on(struct kit *k, const char *on, const char *finish)
{
	kit_case(k, CAMPAIGN);
	return KIT_SEND(k, campaign_plan, .on = str_of(on),
	    .class = STR("fixed"), .matters = { gas, 1 },
	    .targets = { town, 1 }, .finish_by = time_of(finish),
	    .unit = STR(CENTRE));
}

bool
campaign_issue(struct kit *k, const char *campaign)
{
	return KIT_SEND(k, campaign_issue, .campaign = str_of(campaign),
	    .approver = STR(COUNTY_HEAD), .unit = STR(CENTRE));
}

bool
campaign_receive(struct kit *k, const char *receipt, const char *unit)
{
	return KIT_SEND(k, receipt_receive, .receipt = str_of(receipt),
	    .unit = str_of(unit));
}

bool
campaign_report(
    struct kit *k, const char *receipt, const char *unit, int64_t found)
{
	return KIT_SEND(k, receipt_report, .receipt = str_of(receipt),
	    .checked = 41, .found = found, .fixed = found,
	    .unit = str_of(unit));
}

bool
campaign_accept(struct kit *k, const char *receipt, const char *unit)
{
	return KIT_SEND(k, receipt_accept, .receipt = str_of(receipt),
	    .unit = str_of(unit));
}

bool
campaign_close(struct kit *k, const char *missing)
{
	static const struct str results[] = { { "a", 1 }, { "b", 1 },
		{ "c", 1 } };
	const struct row_campaign *c =
	    (const struct row_campaign *)kit_row(k, G1);
	struct str unit = str_of(missing);

	must(c->problems.n <= ARRAY_LEN(results));
	return KIT_SEND(k, campaign_close, .campaign = STR(G1),
	    .measured = STR("all kitchens seen"),
	    .results = { results, c->problems.n },
	    .missing = { &unit, unit.n > 0 }, .unit = STR(CENTRE));
}

bool
campaign_book(struct kit *k, const char *on)
{
	return KIT_SEND(k, fault_book, .on = str_of(on), .to = STR(VILLAGE),
	    .matter = STR(GAS), .what = STR("软管老化"), .unit = STR(VILLAGE));
}

bool
campaign_fix(struct kit *k, const char *fault)
{
	return KIT_SEND(k, fault_fix, .fault = str_of(fault),
	    .evidence = { photo, 1 }, .unit = STR(VILLAGE),
	    .officer = STR(WORKER));
}

bool
campaign_write_off(struct kit *k, const char *fault, const char *officer)
{
	return KIT_SEND(k, fault_write_off, .fault = str_of(fault),
	    .seen = STR("a new hose"), .unit = STR(ROOM),
	    .officer = str_of(officer));
}

bool
campaign_carry(struct kit *k, const char *fault, const char *until)
{
	return KIT_SEND(k, fault_carry, .fault = str_of(fault),
	    .until = time_of(until), .owner = STR(WORKER),
	    .reason = STR("the pipe comes in May"), .unit = STR(CENTRE));
}

void
campaign_received(struct kit *k, const char *class)
{
	must(campaign_plan(k, class, "2026-04-03T18:00:00+08:00"));
	must(campaign_issue(k, G1));
	must(campaign_receive(k, H1, ROOM));
}

/* The last command was refused, and so. */
static void
is_refused(struct kit *k, bool sent, const char *code)
{
	must(!sent && strcmp(kit_refusal(k), code) == 0);
}

static bool
plan(struct kit *k, struct strs matters, const char *target)
{
	struct str where = str_of(target);

	return KIT_SEND(k, campaign_plan, .class = STR("all"),
	    .matters = matters, .targets = { &where, where.n > 0 },
	    .finish_by = kit_now(k) + DAY_MS, .unit = STR(CENTRE));
}

static bool
choose(struct kit *k, size_t n)
{
	static const struct str problems[] = { { "a", 1 }, { "b", 1 } };

	return KIT_SEND(k, campaign_choose, .theme = STR("gas"),
	    .problems = { problems, n }, .unit = STR(CENTRE));
}

static void
quarrel_about_the_topic(struct kit *k)
{
	static const struct topics one = { .n = 1, .last = { "G1", 2 } };
	struct row_campaign typhoon = { .id = STR(G1), .matters = { gas, 1 } };
	struct emergencies storm = { &typhoon, 1 };

	is_refused(k, choose(k, 1), "PROBLEMS_BAD");
	kit_extra(k, &one);
	is_refused(k, choose(k, 2), "TOPIC_CHOSEN");
	kit_extra(k, &storm);
	is_refused(k,
	    KIT_SEND(k, emergency_declare, .level = STR("red"),
		.matters = { gas, 1 }, .approver = STR(COUNTY_HEAD),
		.unit = STR(CENTRE)),
	    "IN_EMERGENCY");
	kit_extra(k, NULL);
}

static void
quarrel_about_the_plan(struct kit *k)
{
	static const struct str nobodys[] = { { NOBODYS,
	    sizeof(NOBODYS) - 1 } };
	struct str many[40];

	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = STR(GAS);
	kit_case(k, CAMPAIGN);
	quarrel_about_the_topic(k);
	is_refused(k, plan(k, (struct strs){ nobodys, 1 }, ""), "NOT_LISTED");
	is_refused(
	    k, plan(k, (struct strs){ gas, 1 }, "330122999"), "TARGET_EMPTY");
	is_refused(k, plan(k, (struct strs){ many, 40 }, ""), "TOO_MANY_UNITS");
	is_refused(k, campaign_plan(k, "all", "2020-01-01T00:00:00+08:00"),
	    "DATE_PASSED");
	is_refused(k, campaign_plan(k, "loud", "2026-04-03T18:00:00+08:00"),
	    "CLASS_UNKNOWN");
}

static bool
divide(struct kit *k, const char *receipt, const char *unit, const char *to)
{
	struct str part = str_of(to);

	return KIT_SEND(k, receipt_divide, .receipt = str_of(receipt),
	    .units = { &part, part.n > 0 }, .unit = str_of(unit));
}

static void
quarrel_about_the_receipts(struct kit *k)
{
	campaign_received(k, "level");
	is_refused(k, divide(k, H1, ROOM, FOREIGN_VILLAGE), "NOT_BELOW_YOU");
	must(divide(k, H1, ROOM, VILLAGE));
	must(campaign_receive(k, H2, VILLAGE));
	is_refused(k, divide(k, H2, VILLAGE, VILLAGE), "NOT_SPLITTABLE");
	is_refused(k, campaign_report(k, H1, ROOM, 0), "CHILD_OPEN");
	is_refused(k,
	    KIT_SEND(k, receipt_report, .receipt = STR(H2), .checked = 41,
		.found = 6, .fixed = 4, .carried = 1, .unit = STR(VILLAGE)),
	    "SUM_WRONG");
	is_refused(k,
	    KIT_SEND(k, receipt_report, .receipt = STR(H2), .checked = 41,
		.found = 6, .fixed = 5, .carried = 1, .unit = STR(VILLAGE)),
	    "BOOKS_DIFFER");
	is_refused(k,
	    KIT_SEND(k, emergency_stand_down, .campaign = STR(G1),
		.reason = STR("calm"), .unit = STR(CENTRE)),
	    "NO_EMERGENCY");
	is_refused(k,
	    KIT_SEND(
		k, group_dissolve, .campaign = STR(G1), .unit = STR(CENTRE)),
	    "NO_GROUP");
}

static void
quarrel_about_the_faults(struct kit *k)
{
	is_refused(k, campaign_book(k, CAMPAIGN "/H9"), "UNKNOWN_ID");
	must(campaign_book(k, H2));
	is_refused(k,
	    KIT_SEND(k, fault_fix, .fault = STR(F1), .unit = STR(VILLAGE),
		.officer = STR(WORKER)),
	    "EVIDENCE_MISSING");
	is_refused(
	    k, campaign_carry(k, F1, "2027-06-01T00:00:00+08:00"), "TOO_LONG");
	must(campaign_fix(k, F1));
	is_refused(k, campaign_write_off(k, F1, WORKER), "VERIFIER_IS_FIXER");
}

static bool
form(struct kit *k)
{
	static const struct str members[] = { { RESCUE, sizeof(RESCUE) - 1 } };

	return KIT_SEND(k, group_form, .campaign = STR(G1),
	    .members = { members, 1 }, .charter = STR("gas"),
	    .unit = STR(CENTRE));
}

void
campaign_quarrel(struct kit *k)
{
	quarrel_about_the_plan(k);
	quarrel_about_the_receipts(k);
	quarrel_about_the_faults(k);
	must(form(k));
	is_refused(k, form(k), "GROUP_FORMED");
	(void)kit_run_until(k, "2026-04-03T19:00:00+08:00");
	kit_case(k, CAMPAIGN);
	is_refused(k, campaign_close(k, VILLAGE), "RECEIPT_OPEN");
	must(campaign_report(k, H2, VILLAGE, 1));
	must(campaign_accept(k, H2, ROOM));
	is_refused(k, campaign_close(k, ROOM), "FAULT_NOT_CARRIED");
	is_refused(k,
	    KIT_SEND(k, campaign_close, .campaign = STR(G1),
		.measured = STR("seen"), .results = { gas, 1 },
		.unit = STR(CENTRE)),
	    "NOT_MEASURED");
}
