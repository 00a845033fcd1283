/*
 * Digits as people write them (pure): groups side by side, with a blank, a
 * hyphen or a comma between them, in whatever script.
 */
#ifndef MSG_DIGITS_H
#define MSG_DIGITS_H

#include "common/base/str.h"

#define DIGITS_MAX 40
#define DIGITS_GROUPS_MAX 20

/* Digits of one script without anything between them. */
struct digit_group {
	size_t from; /* bytes of the text */
	size_t to;
	size_t first; /* its first digit in d[] */
	size_t n;
	uint32_t gap; /* the separator before it, 0: none at all */
	size_t wide;  /* how many separators */
};

struct digits {
	char d[DIGITS_MAX]; /* ASCII */
	size_t n;
	struct digit_group group[DIGITS_GROUPS_MAX];
	size_t n_groups;
};

/* '0'..'9' for a digit of any script that is read digit by digit, else 0. */
char digit_of(uint32_t rune);

/*
 * The groups from byte AT on, which is a digit.  A first group of more than
 * DIGITS_MAX digits is nobody's: it is returned alone with n = 0.
 */
void digits_take(struct str text, size_t at, struct digits *out);

/* Whether a blank, hyphen or dot: people write them inside one number. */
bool digits_is_tight(uint32_t gap);

#endif
