/* Lists of borrowed strings: grown and sifted in an arena. */
#ifndef BASE_STRS_H
#define BASE_STRS_H

#include "common/base/arena.h"

bool strs_has(struct strs list, struct str one);
/* LIST with ONE behind it, even if it has it. */
struct strs strs_add(struct arena *a, struct strs list, struct str one);
/* LIST, and what MORE has besides. */
struct strs strs_join(struct arena *a, struct strs list, struct strs more);
/* LIST without what GONE has. */
struct strs strs_without(struct arena *a, struct strs list, struct strs gone);
/* What is not empty, each once. */
struct strs strs_distinct(struct arena *a, struct strs list);

#endif
