/* Inside huying duty: who is on duty, who may be called, who covers what. */
#ifndef CLI_DUTY_H
#define CLI_DUTY_H

#include "cli/cli.h"
#include "cli/names.h"
#include "cli/print.h"

struct duty {
	const struct registry *registry;
	struct printer printer; /* names, in its arena */
	int64_t at;
	int64_t now;
};

/* How somebody serves a unit by one line of its roster. */
enum duty_staffing {
	DUTY_RESIDENT, /* 常驻: always, or on working days */
	DUTY_ROTATING, /* 轮驻: in turn, by a cycle, weekdays or a date */
	DUTY_ON_CALL,  /* 随驻: elsewhere, and comes when called */
};

/* One line of a unit's roster, as it stands at the time asked for. */
struct duty_line {
	const struct row_roster *row;
	enum duty_staffing staffing;
	int64_t until; /* of the shift that is on; 0: none is */
};

const char *duty_staffing(enum duty_staffing s);
/* The next line of UNIT from index *I on; false at the end. */
bool duty_next(
    const struct duty *d, struct str unit, size_t *i, struct duty_line *line);
/* It is somebody who sits there now: on shift, and not elsewhere. */
bool duty_is_here(const struct duty_line *line);
/* A 24-hour unit (C5) that has nobody, neither there nor on call. */
bool duty_is_empty(const struct duty *d, const struct row_unit *unit);
/*
 * A desk of the board: a 24-hour unit of the county itself, or the command
 * room of a township.
 */
bool duty_is_desk(const struct duty *d, const struct row_unit *unit);
/* Who of UNIT, or of all units in division PLACE, is locked there. */
const struct row_officer *duty_next_locked(
    const struct duty *d, struct str unit, struct str place, size_t *i);
/*
 * Who was given back (反向否决权) by UNIT, or by a unit at PLACE or in it, and
 * serves at home since; PREV NULL: the first.
 */
const struct registry_return *duty_next_returned(const struct duty *d,
    struct str unit, struct str place, const struct registry_return *prev);
/* What looks after the township PLACE in MODE, from index *I on. */
const struct row_coverage *duty_next_cover(
    const struct duty *d, struct str place, const char *mode, size_t *i);
/* Every mode, the nearest first; NULL at the end. */
extern const char *const duty_modes[];
/* The next township that TEAM lends itself to as the 1 of 1+X. */
const struct row_coverage *duty_next_x(
    const struct duty *d, struct str team, size_t *i);

/* What was asked for: both are empty for the whole county. */
struct duty_about {
	const struct row_unit *unit;
	struct str place; /* a township or village */
};
/* Whether UNIT is shown. */
bool duty_shows(const struct duty *d, const struct duty_about *about,
    const struct row_unit *unit);

/* duty_text.c, duty_json.c */
void duty_text(struct duty *d, const struct duty_about *about, struct buf *out);
void duty_json(struct duty *d, const struct duty_about *about, struct buf *out);

#endif
