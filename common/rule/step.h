/* What a rule can do: look around, refuse, say, arm, move (pure). */
#ifndef RULE_STEP_H
#define RULE_STEP_H

#include "common/base/strs.h"
#include "common/rule/machine.h"

/*
 * Refuses the command with a code of reasons.def.  Refuse first, change
 * after: a rule that has refused must change nothing.
 */
void step_refuse(struct step *s, const char *code);
/* The same with what stands behind the sentence of reasons.def. */
void step_refuse_because(struct step *s, const char *code, const char *fmt, ...)
    PRINTF(3, 4);
/*
 * Refuses NOT_ALLOWED_NOW for the state of ROW, which the command names
 * beside its own thing (NAME), with what is allowed of it.
 */
void step_refuse_state(
    struct step *s, int thing, const struct row_head *row, struct str name);
bool step_refused(const struct step *s);
/* Refuses REASON_MISSING; true when somebody has said something. */
bool step_has_reason(struct step *s, struct str reason);

/* Says a fact about the casefile; MSG is copied (strings are borrowed). */
void step_emit(struct step *s, const struct msg_desc *desc, const void *msg);

/*
 * The same about another casefile, whose folder this rule does not see: what
 * it means there is decided by the rule that hears it, in its own turn.
 */
void step_emit_about(struct step *s, struct str casefile,
    const struct msg_desc *desc, const void *msg);

/* "330122-26-0000417": what event SEQ, recorded at AT in DIVISION, begins. */
struct str step_number(
    struct str division, int64_t at, int64_t seq, struct arena *arena);

/* The service's rows of this casefile. */
struct row_head *step_find(struct step *s, int thing, struct str id);
/* Next row of THING after PREV (NULL: the first); NULL at the end. */
struct row_head *step_next(
    struct step *s, int thing, const struct row_head *prev);
size_t step_count(struct step *s, int thing);
/* True when ROW is in one of the states of SET. */
bool step_in(
    struct step *s, int thing, const struct row_head *row, uint32_t set);

/* A new row in STATE with id <casefile>/<mark><n>, to be filled. */
void *step_new(struct step *s, int thing, int state);
/* The same with an id of the rule's own choosing (an id below another). */
void *step_new_id(struct step *s, int thing, int state, struct str id);
/* ROW was changed, or goes to STATE; the table must list that move. */
void step_touch(struct step *s, struct row_head *row);
void step_move(struct step *s, int thing, struct row_head *row, int state);

/* Limits. */
struct due {
	struct limit rule;
	int64_t from;
	int64_t soon;
	int64_t at;
	bool provisional;
};
/* When the pack's limit KEY, started at FROM, ends. */
struct due step_due(struct step *s, const char *key, int64_t from);
/* The same for a limit in text ("working-days:5d", of a matter). */
struct due step_due_rule(struct step *s, struct limit rule, int64_t from);
/* The earlier of the two. */
struct due due_min(struct due a, struct due b);
/* Arms (or arms anew) limit NAME of thing ROW, which binds UNIT. */
void step_arm(struct step *s, const struct row_head *row, const char *name,
    enum arm_kind kind, struct str unit, struct due due);
/* The limit is met, or no longer matters. */
void step_meet(struct step *s, const struct row_head *row, const char *name);
void step_meet_all(struct step *s, const struct row_head *row);
/* The limit stands still until it is resumed; a row of the ledger. */
void step_pause(struct step *s, const struct row_head *row, const char *name,
    const char *why);
void step_resume(struct step *s, const struct row_head *row, const char *name);
/*
 * The same ledger in a row of the service, one "from/to" a pause: with one
 * more; how long they are together; when RULE, started at FROM, ends after
 * those that began since.
 */
struct strs step_add_pause(
    struct step *s, struct strs pauses, int64_t from, int64_t to);
int64_t step_paused_ms(struct strs pauses);
int64_t step_due_paused(
    struct step *s, struct limit rule, int64_t from, struct strs pauses);

/* Units. */
/* Who answers for CODE today, where the row (or else the event) lies. */
const struct row_unit *step_successor(struct step *s, struct str code);
/* The unit exists that day; else the command is refused UNKNOWN_UNIT. */
const struct row_unit *step_unit(struct step *s, struct str code);
/* The same for an officer: UNKNOWN_OFFICER. */
const struct row_officer *step_officer(struct step *s, struct str code);
/* The same where nobody need be named. */
bool step_person(struct step *s, struct str officer);
/*
 * CODE acts for OWNER, or for who has taken over from it: itself, or its
 * parent or branch of the same house.
 */
bool step_acts_for(struct step *s, struct str code, struct str owner);
/* Refuses NOT_YOUR_UNIT unless CODE acts for OWNER; true if it may. */
bool step_must_be(struct step *s, struct str code, struct str owner);
/* CODE while it is there; else who took over; else the room of PLACE. */
struct str step_heir(struct step *s, struct str code, struct str place);
/* Units that are gone, and who has taken over from each. */
struct rehomed {
	struct strs gone;
	struct strs heirs;
};
/*
 * ROW's place and units become those that took over from them (TOLD, which
 * may be NULL, hears which units); true if any did.  Where nobody took over,
 * the command room of the place has it.
 */
bool step_rehome(
    struct step *s, int thing, struct row_head *row, struct rehomed *told);
/* The limits that run in the folder do so, too. */
void step_rehome_limits(struct step *s);
/* What that makes of one of them at AT; true when it is something else. */
bool rehome_limit(const struct registry *r, int64_t at, struct str *division,
    struct str *unit);
/* The rule of a move that only follows casefile.rehomed. */
rule_fn just_rehome;
/* Command room of the township of DIVISION (county: the county centre). */
struct str step_room(struct step *s, struct str division);
struct str step_county_centre(struct step *s, struct str division);

#endif
