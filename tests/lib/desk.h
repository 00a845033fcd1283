/* A desk where events are written as huying tail does. */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include "cli/tail_line.h"

#define DESK_ROOM ((size_t)4 << 20)
#define DESK_AT INT64_C(1773797407031) /* 2026-03-18T09:30:07.031+08:00 */

struct desk {
	struct tail_line line;
	struct tail_event ev;
	struct buf body; /* the event's bytes */
	struct buf data;
	struct buf out;
	uint64_t seed;
};

/* For cmocka. */
int desk_setup(void **state);
int desk_teardown(void **state);
#define DESK_TEST(t)                                                           \
	cmocka_unit_test_setup_teardown(t, desk_setup, desk_teardown)

/* Takes BODY as the bytes of event 417. */
void desk_read(struct desk *d);
/* An event of no known type, with values of every kind. */
void desk_known(struct desk *d);
/* A form, as on a terminal that has shown nothing yet. */
void desk_begin(
    struct desk *d, enum tail_form form, enum print_time how, bool utc);
/* Writes the event into OUT, and compares what stands there. */
void desk_put(struct desk *d);
void desk_expect(struct desk *d, const char *text);

#endif
