/* One casefile in Fenshui (分水镇), for tests of the dispatcher's rules. */
#ifndef TESTS_DISPATCH_H
#define TESTS_DISPATCH_H

#include "tests/lib/rulekit.h"

#define CASEFILE "330122-26-0000417"
#define T1 CASEFILE "/T1"
#define T2 CASEFILE "/T2"
#define T3 CASEFILE "/T3"
#define Q1 CASEFILE "/Q1"
#define C1 CASEFILE "/C1"
#define C2 CASEFILE "/C2"
#define K1 CASEFILE "/K1"
#define K2 CASEFILE "/K2"
#define P1 CASEFILE "/P1"
#define M1 CASEFILE "/M1"
#define B1 CASEFILE "/B1"
#define B2 CASEFILE "/B2"

/* Units. */
#define TOWNSHIP "330122109-T"
#define ROOM "330122109-CMD"
#define CENTRE "330122-GLZX"
#define VILLAGE "330122109219-V"
#define COMMITTEE "330122109219-MC" /* of mediation, in the village */
#define LEADERS "330122109-LDR"
#define COUNTY_LEADERS "330122-GOV"
#define CONTACT_TEAM "330122109-CT"
#define OTHER_ROOM "330122102-CMD"
#define PEACE "330122109-M3"   /* module */
#define ECONOMY "330122109-M2" /* module */
#define TEAM "330122109-ZF"
#define STATION "330122109-PCS"
#define ECOLOGY "330122-D-HBJ"
#define ECOLOGY_BRANCH "330122109-B-HBS"
#define RESCUE "330122-D-YJJ"
#define WATER "330122-P-GS"
#define STAFFING "330122-D-BWB"
#define GOVERNMENT "330122-D-ZFB"
#define POLICE "330122-D-GAJ"

/* Officers. */
#define ON_DUTY "OF-ZB-0029" /* of ROOM, when tests begin */
#define WORKER "OF-GW-0323"  /* of VILLAGE, as the next */
#define CLERK "OF-GW-0324"
#define DUTY "OF-ZB-0028"      /* of ROOM */
#define VERIFIER "OF-ZB-0029"  /* the same; handles nothing */
#define ECOLOGIST "OF-ZB-0078" /* of ECOLOGY */
#define RESCUER "OF-ZB-0086"   /* of RESCUE */
#define TOWN_HEAD "OF-LD-0025"
#define OTHER_HEAD "OF-LD-0023"
#define COUNTY_HEAD "OF-LD-0001"

/* Matters. */
#define RUBBISH "CA-001" /* village, 4 working hours */
#define DITCH "EN-010"   /* village, 5 working days */
#define SEWAGE "EN-005"  /* township's ECONOMY, 3 working days */
#define SMELL "EN-015"   /* county's ECOLOGY, 60 days */
#define NOBODYS "XX-999" /* not in the catalogue */

/* The place of calls that have one: 29.9300 N, 119.4500 E. */
#define LAT 29.93
#define LON 119.45

#define PROMISE "2026-03-25T23:59:59+08:00"

/* Fixtures: the group's state is the county, a test's is its kit. */
int dispatch_load(void **state);
int dispatch_unload(void **state);
int dispatch_begin(void **state);
int dispatch_done(void **state);

/* The part of one unit in a call; NULL when there is none. */
const struct row_attendance *dispatch_seat(const struct kit *k, const char *id);

/* casefile.opened of MATTER in VILLAGE's division, promised for PROMISE. */
void dispatch_open(struct kit *k, const char *matter);
/* The open task TASK of UNIT: signed, handed in by WORKER, accepted. */
bool dispatch_sign(struct kit *k, const char *task, const char *unit);
bool dispatch_submit(struct kit *k, const char *task, const char *unit);
bool dispatch_accept(struct kit *k, const char *task, const char *unit);
/* DITCH, done in the village: the casefile is handled. */
void dispatch_handled(struct kit *k);
/* DUTY looks on the spot before it is closed. */
bool dispatch_look(struct kit *k, bool ok);
/* ... and closed with OUTCOME. */
void dispatch_closed(struct kit *k, const char *outcome);
/* ROOM calls ECOLOGY (and RESCUE) to LAT, LON, with all approvals. */
bool dispatch_call(struct kit *k, const char *class);
/* Who is on duty in ROOM now. */
struct str dispatch_on_duty(const struct kit *k);
/* RESCUE has done its part of C1. */
bool dispatch_part(struct kit *k);
/* ECOLOGY, or RESCUE, is at the place of CALL. */
bool dispatch_come(struct kit *k, const char *call, const char *unit);
/* C1 of a casefile of SEWAGE at work: ECOLOGY is there. */
void dispatch_working(struct kit *k, const char *class);
/* ... and handed in. */
void dispatch_handed_in(struct kit *k, const char *class);

/* dispatch_quarrel.c: refusals about T1 of SEWAGE and its calls, each once. */
void dispatch_quarrel(struct kit *k);

#define assert_state(k, id, state) assert_string_equal(kit_state(k, id), state)
#define assert_due(k, thing, name, time)                                       \
	assert_string_equal(kit_due(k, thing, name), time)
#define assert_unarmed(k, thing, name) assert_due(k, thing, name, "")
#define assert_refused(k, code) assert_string_equal(kit_refusal(k), code)
#define assert_str(s, text) assert_true(str_is((s), (text)))
#define assert_time(at, text)                                                  \
	do {                                                                   \
		char buf_[CLOCK_TEXT];                                         \
		assert_string_equal(clock_format((at), buf_), (text));         \
	} while (0)

#endif
