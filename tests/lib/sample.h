/* Made-up but valid messages of any type, from its descriptor alone. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "common/msg/msg.h"

enum sample_how {
	SAMPLE_LEAST, /* required fields only */
	SAMPLE_FULL,  /* every field */
	SAMPLE_ANY,   /* required ones, and some of the others */
};

/* Fills OBJ, a struct of D's type; texts and lists live in ARENA. */
void sample_fill(const struct msg_desc *d, void *obj, enum sample_how how,
    struct arena *arena, uint64_t *seed);
/* Whether A and B hold the same values. */
bool sample_equal(const struct msg_desc *d, const void *a, const void *b);

#endif
