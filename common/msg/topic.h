/*
 * Which events somebody means: TYPE[/DIVISION] (pure).  TYPE is "*", a type
 * ("call.raised") or the words that it begins with ("call.*"); DIVISION is a
 * code of 6, 9, 12 or 15 digits and stands for itself and all inside it.
 * Unlike a prefix of bytes, "call.*" never means callback.opened, and
 * nothing begins in the middle of a code.
 */
#ifndef MSG_TOPIC_H
#define MSG_TOPIC_H

#include "common/base/str.h"

/* Borrows the text that it was read from. */
struct topic_pattern {
	struct str type; /* "call.raised"; with "call." any of call; "" all */
	struct str division; /* empty: anywhere, and where none is told */
};

/* False, and OUT untouched, when TEXT is no pattern. */
bool topic_parse(struct str text, struct topic_pattern *out);
/* TYPE and DIVISION (may be empty) are those of an event. */
bool topic_matches(
    const struct topic_pattern *p, struct str type, struct str division);
/* Whether CODE could be one: 6, 9, 12 or 15 digits. */
bool topic_is_division(struct str code);

#endif
