/*
 * Personal data that a machine can see in free text (pure): phone numbers,
 * identity numbers, number plates.  Names are intake's to know.
 */
#ifndef MSG_PERSONAL_H
#define MSG_PERSONAL_H

#include "common/base/str.h"

enum personal_kind {
	PERSONAL_NONE,
	PERSONAL_PHONE,	   /* 11 digits from 1; area code and 7-8 digits */
	PERSONAL_IDENTITY, /* 18 characters, or the old 15 digits */
	PERSONAL_PLATE,	   /* province, letter, 5-6 letters and digits */
};

struct personal_hit {
	enum personal_kind kind;
	size_t from; /* bytes of the text */
	size_t len;
};

/*
 * The first hit at or after byte FROM; kind PERSONAL_NONE when there is
 * none.  Single blanks, hyphens and dots between digits do not hide a
 * phone; full-width digits count as digits.
 */
struct personal_hit personal_find(struct str text, size_t from);
const char *personal_name(enum personal_kind kind);

#endif
