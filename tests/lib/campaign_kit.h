/* Campaigns of the county, for tests of the dispatcher's rules. */
#ifndef TESTS_CAMPAIGN_KIT_H
#define TESTS_CAMPAIGN_KIT_H

#include "tests/lib/dispatch.h"

/* The folder of a campaign: the place of its campaign.plan in the journal. */
#define CAMPAIGN "330122-26-0000902"
#define G1 CAMPAIGN "/G1"
#define H1 CAMPAIGN "/H1"
#define H2 CAMPAIGN "/H2"
#define H3 CAMPAIGN "/H3"
#define F1 CAMPAIGN "/F1"
#define GAS "SF-016" /* bottled gas in small restaurants */
#define TOWN "330122109"
#define OTHER_VILLAGE "330122109208-V"
#define FOREIGN_VILLAGE "330122002200-V"

/* campaign.plan by the centre, of GAS in TOWN, until FINISH. */
bool campaign_plan(struct kit *k, const char *class, const char *finish);
/* The same on ON, for TOWN's room alone. */
bool campaign_plan_on(struct kit *k, const char *on, const char *finish);
bool campaign_issue(struct kit *k, const char *campaign);
bool campaign_receive(struct kit *k, const char *receipt, const char *unit);
/* FOUND faults, all of them fixed. */
bool campaign_report(
    struct kit *k, const char *receipt, const char *unit, int64_t found);
bool campaign_accept(struct kit *k, const char *receipt, const char *unit);
bool campaign_close(struct kit *k, const char *missing);
/* A fault of VILLAGE in the books of ON. */
bool campaign_book(struct kit *k, const char *on);
/* Put right by WORKER, with a photo. */
bool campaign_fix(struct kit *k, const char *fault);
bool campaign_write_off(struct kit *k, const char *fault, const char *officer);
bool campaign_carry(struct kit *k, const char *fault, const char *until);
/* A campaign for TOWN's room alone, received. */
void campaign_received(struct kit *k, const char *class);

/* Every refusal that campaigns, receipts and faults know, once. */
void campaign_quarrel(struct kit *k);

#endif
