/* A message like another one but for some fields, for tables of tests. */
#ifndef TESTS_VARY_H
#define TESTS_VARY_H

#include "common/msg/msg.h"

/*
 * BASE (a struct of D's type; NULL: all zero) with CHANGES written as
 * "field=text; field=text", texts as people write them (msg_set_text()).
 * "field=" alone takes the field away.  Lives in A; dies on a wrong field.
 */
const void *vary(struct arena *a, const struct msg_desc *d, const void *base,
    const char *changes);

#endif
