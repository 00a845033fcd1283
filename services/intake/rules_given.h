/* What the sealed part says beside the text, wherever the text repeats it. */
#ifndef INTAKE_RULES_GIVEN_H
#define INTAKE_RULES_GIVEN_H

#include "services/intake/rules_words.h"

/* TEXT with marks for the phone and identity number of GIVEN. */
struct str given_numbers(const struct msg_sealed_report *given, struct str text,
    struct arena *arena);

/* The same in place for its name and address; whether there were any. */
bool given_words(const struct msg_sealed_report *given, const struct words *w,
    struct glyphs *gs, struct arena *arena);

#endif
