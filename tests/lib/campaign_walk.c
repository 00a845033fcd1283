#include "tests/lib/campaign_walk.h"

#include "services/dispatcher/rules.h"

#include <stdio.h>

#define CAMPAIGNS_MAX 3
#define RECEIPTS_MAX 40

static const char *const marks[CWALK_KINDS] = { "G", "H", "F" };
/* xorshift64* */
static uint64_t
dice(struct cwalk *w, uint64_t n)
{
	w->seed ^= w->seed >> 12;
	w->seed ^= w->seed << 25;
	w->seed ^= w->seed >> 27;
	return (w->seed * UINT64_C(2685821657736338717) >> 33) % n;
}

const struct row_head *
cwalk_row(const struct kit *k, size_t kind, size_t n)
{
	char id[64];

	(void)snprintf(id, sizeof(id), CAMPAIGN "/%s%zu", marks[kind], n);
	return kit_row(k, id);
}

size_t
cwalk_count(const struct kit *k, size_t kind)
{
	size_t n = 0;

	while (cwalk_row(k, kind, n + 1) != NULL)
		n++;
	return n;
}

static const struct row_head *
some(struct cwalk *w, size_t kind)
{
	size_t n = cwalk_count(w->k, kind);

	return n == 0 ? NULL : cwalk_row(w->k, kind, 1 + dice(w, n));
}

#define SEND(w, m, ...)                                                        \
	((w)->desc = &msg_##m##_desc,                                          \
	    kit_send((w)->k, (w)->desc, &(struct msg_##m){ __VA_ARGS__ }))

/* Mostly the right unit. */
static struct str
unit(struct cwalk *w, struct str right)
{
	return dice(w, 10) > 0 ? right : STR(RESCUE);
}

static struct str
officer(struct cwalk *w)
{
	return dice(w, 2) > 0 ? STR(WORKER) : STR(DUTY);
}

static const struct str gas[] = { { GAS, sizeof(GAS) - 1 } };
static const struct str where[] = { { "330122109", 9 } };
static const struct str village[] = { { "330122109219", 12 } };
static const struct str parts[] = { { VILLAGE, sizeof(VILLAGE) - 1 },
	{ OTHER_VILLAGE, sizeof(OTHER_VILLAGE) - 1 } };
static const struct str rooms[] = { { ROOM, sizeof(ROOM) - 1 } };

static void
begin_one(struct cwalk *w, struct str on)
{
	static const char *const classes[] = { "level", "level", "fixed" };
	const char *class = classes[dice(w, ARRAY_LEN(classes))];
	bool fixed = strcmp(class, "fixed") == 0;

	if (on.n == 0 && cwalk_count(w->k, 0) >= CAMPAIGNS_MAX)
		return;
	switch (on.n > 0 ? 3 : dice(w, 4)) {
	case 0:
		(void)SEND(w, campaign_choose, .theme = STR("gas"),
		    .problems = { parts, 1 + dice(w, 2) },
		    .unit = unit(w, STR(CENTRE)));
		break;
	case 1:
		(void)SEND(w, emergency_declare, .level = STR("red"),
		    .matters = { gas, 1 }, .targets = { where, 1 },
		    .approver = STR(COUNTY_HEAD), .unit = STR(CENTRE));
		break;
	default:
		(void)SEND(w, campaign_plan, .on = on, .class = str_of(class),
		    .level = fixed ? STR("village") : STR(""),
		    .matters = { gas, 1 },
		    .targets = { fixed ? village : where, 1 },
		    .finish_by =
			kit_now(w->k) + (int64_t)(1 + dice(w, 30)) * DAY_MS,
		    .unit = unit(w, STR(CENTRE)));
	}
}

static void
of_campaign(struct cwalk *w)
{
	const struct row_campaign *c = (const struct row_campaign *)some(w, 0);

	if (c == NULL || dice(w, 5) == 0) {
		begin_one(w, (struct str){ NULL, 0 });
		return;
	}
	switch (dice(w, 9)) {
	case 0:
	case 1:
		begin_one(w, c->id);
		break;
	case 2:
	case 3:
		(void)SEND(w, campaign_issue, .campaign = c->id,
		    .approver = STR(COUNTY_HEAD), .unit = unit(w, c->unit));
		break;
	case 4:
		(void)SEND(w, campaign_send_back, .campaign = c->id,
		    .units = { dice(w, 2) > 0 ? rooms : parts, 1 },
		    .finish_by = kit_now(w->k) + 5 * DAY_MS,
		    .reason = STR("again"), .unit = c->unit);
		break;
	case 5:
		(void)SEND(w, campaign_close, .campaign = c->id,
		    .measured = STR("seen"), .missing = { rooms, dice(w, 2) },
		    .results = { parts, c->problems.n > 0 ? dice(w, 3) : 0 },
		    .unit = unit(w, c->unit));
		break;
	case 6:
		if (dice(w, 4) == 0)
			(void)SEND(w, campaign_stop, .campaign = c->id,
			    .reason = STR("no more"), .unit = c->unit);
		else
			(void)SEND(w, emergency_stand_down, .campaign = c->id,
			    .reason = STR("calm"), .unit = c->unit);
		break;
	case 7:
		(void)SEND(w, group_form, .campaign = c->id,
		    .members = { rooms, 1 }, .charter = STR("gas"),
		    .unit = c->unit);
		break;
	default:
		(void)SEND(
		    w, group_dissolve, .campaign = c->id, .unit = c->unit);
	}
}

static void
of_receipt(struct cwalk *w)
{
	const struct row_receipt *r = (const struct row_receipt *)some(w, 1);
	int64_t carried;

	if (r == NULL) {
		of_campaign(w);
		return;
	}
	carried = (int64_t)dice(w, 3);
	switch (dice(w, 8)) {
	case 0:
	case 1:
		(void)SEND(w, receipt_receive, .receipt = r->id,
		    .unit = unit(w, r->unit));
		break;
	case 2:
		if (cwalk_count(w->k, 1) < RECEIPTS_MAX)
			(void)SEND(w, receipt_divide, .receipt = r->id,
			    .units = { parts, 1 + dice(w, 2) },
			    .unit = unit(w, r->unit));
		break;
	case 3:
	case 4:
		(void)SEND(w, receipt_report, .receipt = r->id, .checked = 9,
		    .found = 1 + carried, .fixed = dice(w, 5) > 0 ? 1 : 2,
		    .carried = carried, .unit = unit(w, r->unit));
		break;
	case 5:
		(void)SEND(w, receipt_send_back, .receipt = r->id,
		    .reason = STR("thin"), .unit = unit(w, r->above));
		break;
	default:
		(void)SEND(w, receipt_accept, .receipt = r->id,
		    .unit = unit(w, r->above));
	}
}

static void
of_fault(struct cwalk *w)
{
	const struct row_fault *f = (const struct row_fault *)some(w, 2);
	const struct row_head *r = some(w, 1);

	if (f == NULL || (cwalk_count(w->k, 2) < 8 && dice(w, 5) == 0)) {
		(void)SEND(w, fault_book, .on = r != NULL ? r->id : STR(""),
		    .to = STR(VILLAGE), .what = STR("hose"),
		    .unit = STR(VILLAGE));
		return;
	}
	switch (dice(w, 5)) {
	case 0:
		(void)SEND(w, fault_fix, .fault = f->id,
		    .evidence = { gas, dice(w, 4) > 0 },
		    .unit = unit(w, f->unit), .officer = officer(w));
		break;
	case 1:
		(void)SEND(w, fault_reject, .fault = f->id,
		    .reason = STR("still old"), .unit = unit(w, f->above));
		break;
	case 2:
		(void)SEND(w, fault_carry, .fault = f->id,
		    .until =
			kit_now(w->k) + (int64_t)(1 + dice(w, 300)) * DAY_MS,
		    .owner = STR(WORKER), .reason = STR("pipes"),
		    .unit = STR(CENTRE));
		break;
	default:
		(void)SEND(w, fault_write_off, .fault = f->id,
		    .seen = STR("new"), .unit = unit(w, f->above),
		    .officer = officer(w));
	}
}

static void
of_time(struct cwalk *w)
{
	static const int64_t spans[] = { 31 * MINUTE_MS, DAY_MS, 3 * DAY_MS,
		9 * DAY_MS };
	char text[CLOCK_TEXT];

	w->desc = NULL;
	(void)kit_run_until(
	    w->k, clock_format(
		      kit_now(w->k) + spans[dice(w, ARRAY_LEN(spans))], text));
	kit_case(w->k, CAMPAIGN);
	kit_place(w->k, "330122");
}

void
cwalk_step(struct cwalk *w)
{
	static void (*const kinds[])(struct cwalk * w) = { of_campaign,
		of_campaign, of_receipt, of_receipt, of_receipt, of_fault,
		of_fault, of_time };

	kinds[dice(w, ARRAY_LEN(kinds))](w);
}
