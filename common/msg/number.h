/* Whose number a run of digits is (pure): the shapes behind personal.h. */
#ifndef MSG_NUMBER_H
#define MSG_NUMBER_H

#include "common/msg/digits.h"
#include "common/msg/personal.h"

/* What the words before a number say that it is; for uncertain shapes. */
enum number_hint {
	HINT_NONE,
	HINT_PHONE,
	HINT_IDENTITY,
	HINT_CARD,
};

/*
 * Whether the first groups of RUN, one or more, are a personal number.  *N
 * (only on a hit) is how many groups belong to it.
 */
enum personal_kind number_kind(
    const struct digits *run, enum number_hint hint, size_t *n);

/* 17 digits that an identity number's check letter X may follow. */
bool number_wants_x(const struct digits *run, size_t *n);

/* Bare digits (ASCII): month and day; an identity number with its date and
 * check digit right; a phone number in use, without a country's code. */
bool number_is_date(const char d[4]);
bool number_is_identity(const char d[18]);
bool number_is_phone(const char *d, size_t n);

#endif
