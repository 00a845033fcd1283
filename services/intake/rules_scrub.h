/*
 * Takes personal data out of what people say (pure): numbers, names, and
 * everything that the sealed part told beside the text.
 */
#ifndef INTAKE_RULES_SCRUB_H
#define INTAKE_RULES_SCRUB_H

#include "services/intake/rules_words.h"

/*
 * TEXT (valid UTF-8) with marks such as 【姓名】 where something personal
 * stood; in ARENA.  GIVEN: what the sealed part says; its own text is not
 * looked at.  scrub_text(scrub_text(x)) is scrub_text(x).
 */
struct str scrub_text(const struct words *words, struct str text,
    const struct msg_sealed_report *given, struct arena *arena);

/* TEXT cut to MAX bytes, not inside a character or a mark. */
struct str scrub_cut(struct str text, size_t max);

#endif
