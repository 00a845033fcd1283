/*
 * The county as its packs describe it: an immutable snapshot in memory.
 * Looking things up is pure, so rules may do it; loading is not.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "common/base/calendar.h"
#include "common/msg/msg.h"
#include "common/registry/table.h"

/* clang-format off */
#include "common/msg/def_struct.h"
#include "schemas/pack/all.def"
#include "common/msg/def_end.h"
#include "common/msg/def_extern.h"
#include "schemas/pack/all.def"
#include "common/msg/def_end.h"
/* clang-format on */

struct registry;

/*
 * Every lookup takes AT (Unix ms): the row that is valid on that day in
 * China; NULL when there is none.  Rows live as long as the registry.
 */
const struct row_division *registry_division(
    const struct registry *r, struct str code, int64_t at);
const struct row_grid *registry_grid(
    const struct registry *r, struct str code, int64_t at);
/* Cuts CODE to its 6, 9 or 12 digits: county, township, village. */
struct str registry_county_of(struct str code);
struct str registry_township_of(struct str code); /* empty for a county */
/*
 * CODE cut to TIER: "county", "township" or "village"; a code that does not
 * reach down to TIER stays as it is.
 */
struct str registry_at_tier(struct str code, struct str tier);
/* Whether INNER is OUTER or lies in it (prefix at a level boundary). */
bool registry_inside(struct str inner, struct str outer);
/*
 * Where the casefiles of CODE go on: the first of its successors, and so on;
 * CODE itself when it has none.
 */
struct str registry_successor(
    const struct registry *r, struct str code, int64_t at);
/*
 * "分水镇大路村" for people: names from the township down, of a grid its full
 * name; of a county its own.  The code itself where nothing is known.
 */
struct str registry_place(
    const struct registry *r, struct str code, int64_t at, struct arena *arena);

const struct row_unit *registry_unit(
    const struct registry *r, struct str code, int64_t at);
const struct row_matter *registry_matter(
    const struct registry *r, struct str code, int64_t at);
const struct row_officer *registry_officer(
    const struct registry *r, struct str id, int64_t at);
const struct row_power_item *registry_item(
    const struct registry *r, struct str code, int64_t at);
/* Whether OFFICER holds a certificate that is valid on the day of AT. */
bool registry_certified(const struct row_officer *officer, int64_t at);
const struct row_template *registry_bundle(
    const struct registry *r, struct str code, int64_t at);
const struct row_bundle_step *registry_step(
    const struct registry *r, struct str code, int64_t at);
/* The bundle that MATTER starts, or NULL. */
const struct row_template *registry_bundle_of(
    const struct registry *r, struct str matter, int64_t at);
/*
 * The row of ITEM on the dated list of UNIT's kind of town, or NULL.  UNIT
 * may be anything that sits in a township or street; the list is that of the
 * place.  Mind the row's state: suspended and recalled rows are found too.
 */
const struct row_power_list *registry_listed(const struct registry *r,
    struct str item, const struct row_unit *unit, int64_t at);
/* How many items of DOMAIN (domain_zh) UNIT may use that day. */
size_t registry_listed_in_domain(const struct registry *r, struct str domain,
    const struct row_unit *unit, int64_t at);

/*
 * Who answers for CODE today: itself while it is there and where it was, else
 * the unit that took over its powers, else that of its kind (and module) where
 * its division goes on: of a division that was split, the part with PLACE, or
 * the first.  NULL: nobody, or there never was such a unit.
 * Petition regulation (信访工作条例) art. 24: who takes over the powers takes
 * over what is open.
 */
const struct row_unit *registry_heir(
    const struct registry *r, struct str code, struct str place, int64_t at);

/*
 * REF is a unit code, or a kind resolved at DIVISION ("village_committee",
 * "enforcement_team", "dispatched_branch@330122-D-SCJ", "module" with the
 * matter's MODULE, ...): see deploy/packs/README.md.  Of a unit that is gone
 * it is who took over.  NULL: no such unit.
 * "mediation_committee" is the one at the tier of DIVISION itself, so cut
 * the casefile's division first: registry_at_tier().
 */
const struct row_unit *registry_resolve(const struct registry *r,
    struct str ref, struct str module, struct str division, int64_t at);
/* The unit of KIND whose division is exactly DIVISION, first by code. */
const struct row_unit *registry_unit_of(const struct registry *r,
    const char *kind, struct str division, int64_t at);

/* Whether REF is written as a reference of the kinds above (not: a code). */
bool registry_ref_is_kind(struct str ref);

/*
 * The limit KEY; must exist, pack check guarantees schemas/pack/limits.def.
 * Before the first day of the registry its first version counts.
 */
struct limit registry_limit(
    const struct registry *r, const char *key, int64_t at);
/* A number of the pack ("score.weights.resolution"), DEFAULT if absent. */
int64_t registry_number(
    const struct registry *r, const char *key, int64_t at, int64_t if_absent);
/* A word of the pack, as of a unit; empty if absent. */
struct str registry_word(const struct registry *r, const char *key, int64_t at);
const struct calendar *registry_calendar(const struct registry *r);
const struct row_score_scheme *registry_scheme(
    const struct registry *r, int64_t at);
/* The line of cards.csv for TRIGGER, or NULL. */
const struct row_card_trigger *registry_card_trigger(
    const struct registry *r, struct str trigger, int64_t at);
/* Is OFFICER on duty for UNIT at AT, by the dated rosters? */
bool registry_on_duty(
    const struct registry *r, struct str unit, struct str officer, int64_t at);
/* The same by any of its shifts: may be sent by UNIT, or is called there. */
bool registry_is_rostered(
    const struct registry *r, struct str unit, struct str officer, int64_t at);
/*
 * The next line of UNIT's roster that is valid at AT, from index *I on, which
 * moves behind it; NULL at the end.  Start with *I = 0.
 */
const struct row_roster *registry_roster(
    const struct registry *r, struct str unit, int64_t at, size_t *i);
/* Is who stands in LINE on duty at AT? */
bool registry_covers(
    const struct registry *r, const struct row_roster *line, int64_t at);
/* Whether TEXT is a family name of the pack. */
bool registry_is_surname(const struct registry *r, struct str text, int64_t at);
/* Version text of the pack in force, "tonglu 2026.1". */
struct str registry_version(const struct registry *r);

/* Code of the county. */
struct str registry_county(const struct registry *r);

/*
 * All rows of one table, of whatever day, in the order of their keys: for
 * whoever must walk them.
 */
const struct row_power_item *registry_items(
    const struct registry *r, size_t *n);
const void *registry_rows(
    const struct registry *r, enum registry_table t, size_t *n);
/*
 * The next row of T that is valid at AT, from index *I on, which moves
 * behind it; NULL at the end.  Start with *I = 0.
 */
const void *registry_next(
    const struct registry *r, enum registry_table t, int64_t at, size_t *i);

/*
 * Duty admission (职责准入): work that no list names, let in for a term.  It
 * counts for events behind its fact in the journal, as a pack does.
 */
struct registry_admission {
	struct str id;
	struct str matter;
	struct strs units; /* a township stands for all that lies in it */
	int64_t from;
	int64_t until;
};
/* Lets it in; text is copied. */
void registry_admit(struct registry *r, const struct registry_admission *a);
/* It is taken back, whatever its term. */
void registry_revoke(struct registry *r, struct str id);
/* The admission by which UNIT may have MATTER at AT; empty: none. */
struct str registry_admitted(const struct registry *r, struct str matter,
    const struct row_unit *unit, int64_t at);

/*
 * Reverse veto (反向否决权): a township gave a dispatched cadre back, who
 * serves at home from then on; the rosters of others end.  It counts for
 * events behind its fact, until a later version of the pack says otherwise.
 */
struct registry_return {
	struct str officer;
	struct str from; /* unit of the township */
	struct str home;
	int64_t at;
};
/* Before the seal. */
void registry_return(struct registry *r, const struct registry_return *a);
/* Who was given back by AT, the last one first; PREV NULL: from there. */
const struct registry_return *registry_next_return(
    const struct registry *r, const struct registry_return *prev, int64_t at);

/*
 * Building one by hand, for tests and for checking packs: add rows, then
 * seal, then look up.  Rows are copied; what they point to is not and must
 * live as long (registry_arena() serves).  The span is half open, Unix ms;
 * INT64_MAX for an open end.
 */
struct registry *registry_new(void);
struct arena *registry_arena(struct registry *r);
void registry_add(struct registry *r, enum registry_table t, const void *row,
    int64_t from, int64_t to);
void registry_seal(struct registry *r, struct str version);

/*
 * Loading (registry_load.c; not for rules): everything ever in force, in one
 * snapshot, so outside a transaction.  Prepare once a connection.
 */
struct db;
enum rc registry_prepare(struct db *db, struct err *e) MUST_CHECK;
enum rc registry_load(
    struct registry **rp, struct db *db, struct err *e) MUST_CHECK;
/*
 * The same as it was for events behind SEQ of the journal: without the packs
 * that were loaded later, whatever days they are about.
 */
enum rc registry_load_at(
    struct registry **rp, struct db *db, int64_t seq, struct err *e) MUST_CHECK;
void registry_free(struct registry **rp);

/*
 * Whether R is what events behind SEQ are decided by, when the newest pack
 * that the database has was loaded at NEWEST.
 */
bool registry_fits(const struct registry *r, int64_t seq, int64_t newest);
/* The last event that R decides on: the next pack's; INT64_MAX: none. */
int64_t registry_until(const struct registry *r);
/* How many packs had been loaded; see registry.propose_matters(). */
int64_t registry_generation(const struct registry *r);

#endif
