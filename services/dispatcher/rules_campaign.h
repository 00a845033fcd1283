/* What the rules of campaigns, receipts and faults share. */
#ifndef DISPATCHER_CAMPAIGN_H
#define DISPATCHER_CAMPAIGN_H

#include "services/dispatcher/rules.h"

/* rules_campaign_units.c: who a campaign goes to. */

/* Units that C asks when it is issued, in the order of their codes. */
struct str *campaign_units(
    struct step *s, const struct row_campaign *c, size_t *n);
/* Units that the receipts of UNIT may be divided to. */
struct str *campaign_units_below(struct step *s, struct str unit, size_t *n);
/* Whether INNER is a unit of a village in the township of OUTER. */
bool campaign_is_below(struct step *s, struct str inner, struct str outer);
/* Who accepts what UNIT does for C: the room of its township, or the lead. */
struct str campaign_above(
    struct step *s, const struct row_campaign *c, struct str unit);
/* Refuses TOO_MANY_UNITS when N more receipts are above the pack's bound. */
bool campaign_has_room(struct step *s, size_t n);

/* rules_campaign.c */
struct row_campaign *campaign_of(struct step *s, struct str id);
/* A new one led by LEAD; it lies in the county, whoever sent the command. */
struct row_campaign *campaign_new(
    struct step *s, int state, const struct row_unit *lead);
/* UNIT, if it is of the county: campaigns go down from there.  Else NULL,
 * and the command is refused. */
const struct row_unit *campaign_lead(struct step *s, struct str unit);
/* Refuses APPROVER_MISSING unless APPROVER leads the county of LEAD. */
bool campaign_is_approved(
    struct step *s, struct str approver, const struct row_unit *lead);
/* Refuses what cannot go out; *RECEIPTS: how many it will ask for. */
bool campaign_is_sound(
    struct step *s, const struct row_campaign *c, size_t *receipts);
/* Out it goes: one receipt a unit and kind. */
void campaign_send_out(struct step *s, struct row_campaign *c);

/* What prepare() finds for campaign.choose: the rule's step->extra. */
struct topics {
	int64_t n;       /* of the county and month, none of them called off */
	struct str last; /* the latest */
};

/* What it finds for emergency.declare: those of the county in force. */
struct emergencies {
	const struct row_campaign *v;
	size_t n;
};

/* rules_emergency.c */
/* C is over: the county is back to normal, if it was declared with C. */
void campaign_stand_down(struct step *s, struct row_campaign *c);

/* rules_campaign_warning.c: from one demand to a class of problems. */

/* ON is a warning, or not; C is the county's answer to it then. */
void campaign_answers(struct step *s, struct row_campaign *c, struct str on);
/* What came of C is what came of its warning. */
void campaign_has_answered(struct step *s, const struct row_campaign *c);
/* It was called off: whoever was warned owes the answer again. */
void campaign_answers_no_more(struct step *s, const struct row_campaign *c);

/* rules_campaign_end.c */
/* The last receipt was accepted, or time is up: it must be measured. */
void campaign_gather(struct step *s, struct row_campaign *c, int64_t from);
/* Who leads it and the centre may call it off, with a reason. */
bool campaign_may_stop(struct step *s, struct str unit, struct str reason,
    const struct row_campaign *c);
/* Nobody owes anything any more; the group goes home. */
void campaign_end_all(struct step *s, struct row_campaign *c, bool missing);

/* rules_receipt.c */
/* What UNIT owes C for MATTER; a part of PART_OF, or NULL. */
void receipt_issue(struct step *s, const struct row_campaign *c,
    const struct row_receipt *part_of, struct str unit, struct str matter);
/* R is to be reported (again) until the campaign's date. */
void receipt_reopen(struct step *s, struct row_receipt *r);
void receipt_end(struct step *s, struct row_receipt *r, bool missing);
/* Whether F is a problem that R has to account for. */
bool fault_counts_for(
    struct step *s, const struct row_fault *f, const struct row_receipt *r);
/* The next receipt of campaign C after PREV. */
struct row_receipt *receipt_next(struct step *s, const struct row_campaign *c,
    const struct row_receipt *prev);

#endif
